"""The board as the page shows it: words, marks and times, ready to be put in place."""

from datetime import timedelta, timezone

from msgspec import Struct

from ketuk_events.outcomes import HEADLINES, Language, sentence
from reader_gateway.board import BoardState, ReaderOnBoard, TapOnBoard
from reader_gateway.counter.words import WORDS

WIB = timezone(timedelta(hours=7), "WIB")
_MARKS = {"passed": "✓", "failed": "✗", "not-done": "–"}


class ShownCheck(Struct, frozen=True, kw_only=True):
    """One check of a verdict."""

    mark: str
    result: str
    text: str


class ShownTap(Struct, frozen=True, kw_only=True):
    """A tap in words."""

    tap: str
    reader: str
    time: str
    """HH:MM:SS in western Indonesian time."""
    look: str
    """reading, sent, verified, refused, inconclusive or alive."""
    headline: str
    advice: str
    purpose: str
    photo: bool
    checks: tuple[ShownCheck, ...]


class ShownReader(Struct, frozen=True, kw_only=True):
    """A reader in words, with the tap that is on it or was last on it."""

    name: str
    state: str
    sam: bool
    sam_text: str
    look: str
    headline: str
    advice: str
    tap: ShownTap | None


class Shown(Struct, frozen=True, kw_only=True):
    """The whole page."""

    readers: tuple[ShownReader, ...]
    taps: tuple[ShownTap, ...]
    purpose: str


def shown(state: BoardState, *, language: Language, purpose: str) -> Shown:
    """Put a board into words."""
    taps = tuple(_tap(tap, language) for tap in state.taps)
    latest = {tap.reader: tap for tap in reversed(taps)}
    return Shown(
        readers=tuple(_reader(reader, latest.get(reader.name), language) for reader in state.readers),
        taps=taps,
        purpose=purpose,
    )


def _reader(reader: ReaderOnBoard, tap: ShownTap | None, language: Language) -> ShownReader:
    words = WORDS[language]
    look = "gone" if reader.state == "gone" else "ready" if tap is None else tap.look
    ours = tap is None or reader.state == "gone"
    return ShownReader(
        name=reader.name,
        state=reader.state,
        sam=reader.sam,
        sam_text=words["sam" if reader.sam else "no_sam"],
        look=look,
        headline=words[look] if ours or tap is None else tap.headline,
        advice=words[f"{look}_hint"] if ours or tap is None else tap.advice,
        tap=None if ours else tap,
    )


def _tap(tap: TapOnBoard, language: Language) -> ShownTap:
    words = WORDS[language]
    look = tap.outcome or tap.stage
    if tap.outcome is None:
        headline, advice = words[tap.stage], words[f"{tap.stage}_hint"]
    else:
        headline = HEADLINES[tap.outcome][language]
        check, _, code = (tap.reason or "").partition("/")
        advice = sentence(check, code, language) if check else words["all_passed"]
    return ShownTap(
        tap=tap.tap,
        reader=tap.reader,
        time=tap.began.astimezone(WIB).strftime("%H:%M:%S"),
        look=look,
        headline=headline,
        advice=advice,
        purpose=words.get(tap.purpose, tap.purpose),
        photo=tap.photo is not None,
        checks=tuple(
            ShownCheck(
                mark=_MARKS.get(check.result, "–"),
                result=check.result,
                text=sentence(check.check, check.code, language),
            )
            for check in tap.checks
        ),
    )
