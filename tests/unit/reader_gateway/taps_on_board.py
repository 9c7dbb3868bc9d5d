"""Taps and readers to put on a board."""

from datetime import UTC, datetime, timedelta

from ketuk_events.taps import CheckResult
from reader_gateway.desk.display_state import ReaderOnBoard, TapOnBoard

NINE_O_CLOCK = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""In western Indonesia."""
PHOTO = b"\xff\xd8 a face"


def reader(state: str = "ready", *, name: str = "loket-1", sam: bool = True) -> ReaderOnBoard:
    return ReaderOnBoard(name=name, state=state, sam=sam)


def tap(
    number: int = 1,
    stage: str = "reading",
    *,
    at: str = "loket-1",
    photo: bytes | None = None,
    purpose: str = "record",
) -> TapOnBoard:
    return TapOnBoard(
        tap=f"tap-{number}",
        reader=at,
        purpose=purpose,
        began=NINE_O_CLOCK + timedelta(seconds=number),
        stage=stage,
        photo=photo,
    )


def verdict(
    number: int = 1,
    outcome: str = "verified",
    *,
    at: str = "loket-1",
    assurance: str = "genuine",
    reason: str | None = None,
    checks: tuple[CheckResult, ...] = (),
) -> TapOnBoard:
    return TapOnBoard(
        tap=f"tap-{number}",
        reader=at,
        purpose="record",
        began=NINE_O_CLOCK + timedelta(seconds=number),
        stage="judged",
        outcome=outcome,
        assurance=assurance,
        reason=reason,
        checks=checks,
    )
