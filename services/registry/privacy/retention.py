"""How long each kind of data is kept, and why. What is not in the table is kept for good."""

from dataclasses import dataclass
from datetime import timedelta

from registry.disclosure.chain import KEPT

DETAILS = "audit details"
FINDINGS = "what taps told of chips"
DISCLOSURES = "what institutions were told"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One kind."""

    kind: str
    table: str
    since: str
    """The column from which the time counts; a tap's id tells its time."""
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
        kind="failed sign-ins by address",
        table="failed_sign_ins_from",
        since="last",
        period=timedelta(days=1),
        why="as the others",
    ),
    Kept(
        kind="addresses from which people signed in",
        table="signed_in_from",
        since="last",
        period=timedelta(days=90),
        why="there strangers who try a name lock nobody out",
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
        period=timedelta(days=400),
        why="longer than verification keeps a decision, which a reading that is replayed has published again",
    ),
    Kept(
        kind=FINDINGS,
        table="chip_findings",
        since="tap",
        period=timedelta(days=2 * 365),
        why="in a year each card counts once, and what comes late is held against that year; "
        "whole months go, and the sums stay",
    ),
    Kept(
        kind=DISCLOSURES,
        table="disclosures",
        since="settled",
        period=KEPT,
        why="five years, in which a citizen can ask who was told what; what still waits stays",
    ),
    Kept(
        kind=DETAILS,
        table="audit_details",
        since="recorded",
        period=timedelta(days=5 * 365),
        why="whose, why and from where; that something was done, by whom and when stays in the chain",
    ),
)
