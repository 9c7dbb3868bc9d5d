"""How long each kind of data is kept, and why. What is not in the table is kept for good."""

from dataclasses import dataclass
from datetime import timedelta

DETAILS = "audit details"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One kind."""

    kind: str
    table: str
    since: str
    """The column from which the time counts."""
    period: timedelta
    why: str


RETENTION: tuple[Kept, ...] = (
    Kept(
        kind="sessions",
        table="sessions",
        since="expires",
        period=timedelta(),
        why="a session that has ended is of no use",
    ),
    Kept(
        kind="failed sign-ins",
        table="failed_sign_ins",
        since="last",
        period=timedelta(days=1),
        why="longer than the longest lock-out; the audit log has them too",
    ),
    Kept(
        kind="answers kept for repeats",
        table="kept_answers",
        since="kept",
        period=timedelta(days=1),
        why="nobody repeats a request a day later",
    ),
    Kept(
        kind="verdicts that had their effect",
        table="verdicts",
        since="seen",
        period=timedelta(days=90),
        why="longer than a message may wait; their ids alone keep effects from repeating after that",
    ),
    Kept(
        kind=DETAILS,
        table="audit_details",
        since="recorded",
        period=timedelta(days=5 * 365),
        why="whose, why and from where; that something was done, by whom and when stays in the chain",
    ),
)
