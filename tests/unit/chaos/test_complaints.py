"""What a run complains of, in sentences."""

from dev.chaos.run import Outcome
from dev.ledger.effects import Totals

STILL = "rabbitmq has not been ready for 212 s; it said last: eaddrinuse"


def totals(*, lost: int) -> Totals:
    return Totals(
        attempted=10,
        acknowledged=10,
        delivered=30 - lost,
        lost=lost,
        unexpected=0,
        duplicated=0,
        wrong=0,
        redelivered=0,
        recovered=0,
    )


def outcome(*still: str, lost: int) -> Outcome:
    return Outcome(
        taps=totals(lost=lost),
        changes=totals(lost=0),
        dead_letters=0,
        undisclosed=0,
        hits={},
        missed=(),
        kills={},
        cuts=1,
        still=still,
        seconds=60.0,
        longest_standstill=1.0,
    )


def test_where_effects_are_lost_it_is_said_who_stood_still() -> None:
    assert outcome(STILL, lost=3).complaints == ["3 effects of taps were lost.", STILL]
    assert outcome(lost=3).complaints == ["3 effects of taps were lost.", "Every part was ready at the end."]


def test_a_part_that_is_away_is_no_complaint_where_nothing_is_lost() -> None:
    assert outcome(STILL, lost=0).complaints == []
