"""The board as the page shows it: in words, ready to be put in place."""

from datetime import timedelta, timezone

from msgspec import Struct, structs

from ketuk_events.outcomes import HEADLINES, Language, sentence
from ketuk_events.taps import CheckResult
from reader_gateway.board import BoardState, ReaderOnBoard, TapOnBoard
from reader_gateway.counter.words import WORDS

WIB = timezone(timedelta(hours=7), "WIB")
_CHIP_CHECK = "chip-check"


class ShownCheck(Struct, frozen=True, kw_only=True):
    """One check of a verdict."""

    result: str
    """passed, failed or not-done; the mark before the text."""
    result_text: str
    text: str


class ShownTap(Struct, frozen=True, kw_only=True):
    """A tap in the list of recent ones."""

    tap: str
    reader: str
    time: str
    """When it began, in western Indonesian time."""
    look: str
    """An outcome, or how far it has come; its colour and icon."""
    headline: str
    advice: str
    purpose: str


class ShownReader(Struct, frozen=True, kw_only=True):
    """A reader's panel."""

    name: str
    look: str
    """ready, gone, probing (a chip check waits for a card), reading, sent, late, or an outcome."""
    headline: str
    advice: str
    about: str = ""
    """When the tap began and what for."""
    photo: str | None = None
    """Its address."""
    checks: tuple[ShownCheck, ...] = ()
    sam: bool
    sam_text: str
    can_check: bool
    """Whether *Periksa chip* would be heeded now."""


class Shown(Struct, frozen=True, kw_only=True):
    """The whole page."""

    readers: tuple[ShownReader, ...]
    taps: tuple[ShownTap, ...]
    purpose: str


def shown(state: BoardState, *, language: Language, purpose: str) -> Shown:
    """Put a board into words.

    Args:
        state: what is on it.
        language: of the words.
        purpose: the one that the next tap is for.
    """
    return Shown(
        readers=tuple(_reader(each, state.current.get(each.name), language) for each in state.readers),
        taps=tuple(_tap(each, language) for each in state.taps),
        purpose=purpose,
    )


def _reader(reader: ReaderOnBoard, tap: TapOnBoard | None, language: Language) -> ShownReader:
    words = WORDS[language]
    gone = reader.state == "gone"
    look = "gone" if gone else "ready"
    free = ShownReader(
        name=reader.name,
        look=look,
        headline=words[look],
        advice=words[f"{look}_hint"],
        sam=reader.sam or gone,
        sam_text="" if gone else words["sam" if reader.sam else "no_sam"],
        can_check=reader.state == "ready",
    )
    if tap is None or gone:
        return free
    look, headline, advice = _said(tap, language)
    if look == "reading" and reader.state == "ready" and tap.purpose == _CHIP_CHECK:
        look, headline, advice = "probing", words["probing"], words["probing_hint"]
    return structs.replace(
        free,
        look=look,
        headline=headline,
        advice=advice,
        about=f"{_time(tap, language)} · {words.get(tap.purpose, tap.purpose)}",
        photo=None if tap.photo is None else f"/photos/{tap.tap}",
        checks=tuple(_check(each, language) for each in tap.checks),
        can_check=free.can_check and tap.stage != "reading",
    )


def _tap(tap: TapOnBoard, language: Language) -> ShownTap:
    look, headline, advice = _said(tap, language)
    return ShownTap(
        tap=tap.tap,
        reader=tap.reader,
        time=_time(tap, language),
        look=look,
        headline=headline,
        advice=advice,
        purpose=WORDS[language].get(tap.purpose, tap.purpose),
    )


def _said(tap: TapOnBoard, language: Language) -> tuple[str, str, str]:
    """Look, headline and advice."""
    words = WORDS[language]
    if tap.outcome is None:
        return tap.stage, words[tap.stage], words[f"{tap.stage}_hint"]
    check, _, code = (tap.reason or "").partition("/")
    advice = sentence(check, code, language) if check else words.get(f"reached_{tap.assurance}", "")
    if tap.outcome not in HEADLINES:
        # a newer verification may know more outcomes than this page; none of them is a good word here
        return "inconclusive", tap.outcome.upper(), advice
    return tap.outcome, HEADLINES[tap.outcome][language], advice


def _check(check: CheckResult, language: Language) -> ShownCheck:
    detail = f" ({check.detail})" if check.detail else ""
    return ShownCheck(
        result=check.result,
        result_text=WORDS[language].get(check.result, check.result),
        text=sentence(check.check, check.code, language) + detail,
    )


def _time(tap: TapOnBoard, language: Language) -> str:
    return tap.began.astimezone(WIB).strftime(WORDS[language]["clock"])
