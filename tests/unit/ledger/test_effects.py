from dataclasses import asdict

from dev.ledger.effects import Attempt, Effect, count

SAFE = Attempt(name="a", acknowledged=True, receivers=frozenset({"polri", "gateway"}), expected="verified")
TRIED = Attempt(name="b", acknowledged=False, receivers=frozenset({"polri", "gateway"}), expected="verified")
AT_POLRI = Effect(name="a", receiver="polri", identity="1", came_to="verified")
AT_GATEWAY = Effect(name="a", receiver="gateway", identity="2", came_to="verified")


def other_than_zero(attempts: list[Attempt], effects: list[Effect]) -> dict[str, int]:
    return {name: number for name, number in asdict(count(attempts, effects)).items() if number}


def test_an_attempt_with_its_effects_at_all_receivers_leaves_nothing_to_say() -> None:
    assert count([SAFE], [AT_POLRI, AT_GATEWAY]).is_clean
    assert other_than_zero([SAFE], [AT_POLRI, AT_GATEWAY]) == {
        "attempted": 1,
        "acknowledged": 1,
        "delivered": 2,
    }


def test_what_is_acknowledged_and_missing_at_one_receiver_is_lost_there() -> None:
    totals = count([SAFE], [AT_GATEWAY])
    assert (totals.lost, totals.is_clean) == (1, False)
    assert count([SAFE], []).lost == 2


def test_what_was_not_acknowledged_may_never_have_been() -> None:
    assert other_than_zero([TRIED], []) == {"attempted": 1}


def test_what_was_not_acknowledged_and_came_is_recovered_and_then_it_must_come_everywhere() -> None:
    heard = Effect(name="b", receiver="polri", identity="3", came_to="verified")
    totals = count([TRIED], [heard])
    assert (totals.recovered, totals.lost) == (1, 1)
    told = Effect(name="b", receiver="gateway", identity="4", came_to="verified")
    assert count([TRIED], [heard, told]).is_clean


def test_a_copy_is_redelivered_and_another_effect_for_the_same_is_duplicated() -> None:
    other = Effect(name="a", receiver="polri", identity="9", came_to="verified")
    assert count([SAFE], [AT_POLRI, AT_POLRI, AT_GATEWAY]).redelivered == 1
    assert count([SAFE], [AT_POLRI, AT_POLRI, AT_GATEWAY]).is_clean
    totals = count([SAFE], [AT_POLRI, other, AT_GATEWAY])
    assert (totals.duplicated, totals.redelivered, totals.is_clean) == (1, 0, False)


def test_what_nobody_attempted_is_unexpected_and_so_is_what_came_to_another() -> None:
    unknown = Effect(name="z", receiver="polri", identity="5", came_to="verified")
    astray = Effect(name="a", receiver="kelurahan", identity="6", came_to="verified")
    totals = count([SAFE], [AT_POLRI, AT_GATEWAY, unknown, astray, astray])
    assert (totals.unexpected, totals.redelivered, totals.is_clean) == (2, 1, False)


def test_another_outcome_than_the_design_has_is_wrong() -> None:
    refused = Effect(name="a", receiver="polri", identity="1", came_to="refused card.status/blocked")
    totals = count([SAFE], [refused, AT_GATEWAY])
    assert (totals.wrong, totals.lost, totals.is_clean) == (1, 0, False)
