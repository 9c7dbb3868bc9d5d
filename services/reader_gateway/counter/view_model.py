"""The board as the page shows it: in words, ready to be put in place."""

import re
from datetime import timedelta, timezone

from msgspec import Struct, structs

from ketuk_events.catalogue import CHIP_CHECK
from ketuk_events.outcomes import HEADLINES, READERS, Language, sentence
from ketuk_events.taps import CheckResult
from reader_gateway.counter.translations import WORDS
from reader_gateway.desk.display_state import BoardState, ReaderOnBoard, TapOnBoard
from reader_gateway.tap.chip_notes import ChipNotes

_UNDER_WAY = frozenset({"reading", "finger", "other-finger"})
WIB = timezone(timedelta(hours=7), "WIB")
_FILE = re.compile("6FF[0-6]")


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


class ShownNote(Struct, frozen=True, kw_only=True):
    """What is noted beside the next chip check."""

    cause: str
    second: bool
    """It is of the same card as the last one."""
    has_first: bool = False
    """Whether there was a last one."""


class Shown(Struct, frozen=True, kw_only=True):
    """The whole page."""

    readers: tuple[ShownReader, ...]
    taps: tuple[ShownTap, ...]
    purpose: str
    note: ShownNote
    keeps: bool
    """Whether taps can be kept: the disk takes them."""


def shown(
    state: BoardState, *, language: Language, purpose: str, chip_notes: ChipNotes, keeps: bool
) -> Shown:
    """Put a board into words.

    Args:
        state: what is on it.
        language: of the words.
        purpose: the one that the next tap is for.
        chip_notes: what is noted beside the next chip check.
        keeps: whether taps can be kept now.
    """
    return Shown(
        readers=tuple(
            _reader(each, state.current.get(each.name), language, purpose) for each in state.readers
        ),
        taps=tuple(_tap(each, language) for each in state.taps),
        purpose=purpose,
        note=ShownNote(cause=chip_notes.cause, second=chip_notes.second, has_first=chip_notes.has_first),
        keeps=keeps,
    )


def _reader(reader: ReaderOnBoard, tap: TapOnBoard | None, language: Language, purpose: str) -> ShownReader:
    words = WORDS[language]
    gone = reader.state in {"absent", "gone"}
    state = reader.state if gone else "ready"
    said = READERS[state]
    free = ShownReader(
        name=reader.name,
        look="gone" if gone else "ready",
        headline=said.headline[language],
        advice=words.get(f"{state}_{purpose}_hint", said.advice[language]),
        sam=reader.sam or gone,
        sam_text="" if gone else words["sam" if reader.sam else "no_sam"],
        can_check=reader.state == "ready",
    )
    if tap is None or gone:
        return free
    look, headline, advice = _said(tap, language)
    if look == "reading" and reader.state == "ready" and tap.purpose == CHIP_CHECK:
        look, headline, advice = "probing", words["probing"], words["probing_hint"]
    return structs.replace(
        free,
        look=look,
        headline=headline,
        advice=advice,
        about=f"{_time(tap, language)} · {words.get(tap.purpose, tap.purpose)}",
        photo=None if tap.photo is None else f"/photos/{tap.tap}",
        checks=tuple(_check(each, language) for each in tap.checks),
        can_check=free.can_check and tap.stage not in _UNDER_WAY,
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
        look = "reading" if tap.stage in _UNDER_WAY else tap.stage
        return look, words[tap.stage], words[f"{tap.stage}_hint"]
    check, _, code = (tap.reason or "").partition("/")
    advice = sentence(check, code, language) if check else words.get(f"reached_{tap.assurance}", "")
    if tap.outcome not in HEADLINES:
        # a newer verification may know more outcomes than this page; none of them is a good word here
        return "inconclusive", tap.outcome.upper(), advice
    return tap.outcome, HEADLINES[tap.outcome][language], advice


def _check(check: CheckResult, language: Language) -> ShownCheck:
    words = WORDS[language]
    # a file's number says nothing to an officer
    named = _FILE.sub(lambda file: words[file[0]], check.detail)
    detail = f" ({named})" if named else ""
    return ShownCheck(
        result=check.result,
        result_text=words.get(check.result, check.result),
        text=sentence(check.check, check.code, language) + detail,
    )


def _time(tap: TapOnBoard, language: Language) -> str:
    return tap.began.astimezone(WIB).strftime(WORDS[language]["clock"])
