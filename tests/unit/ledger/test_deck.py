from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.demo.deck import FURTHER_FROM, PROVING, SHARE, UNPROVEN, deck, endless
from dev.ledger.expectations import CORE, EXPECTATIONS
from simulator.kinds import Kind


@given(taps=st.integers(260, 1000), seed=st.integers())
def test_every_kind_of_the_design_makes_up_a_twentieth_and_no_tap_is_left_out(taps: int, seed: int) -> None:
    counted = dealt(taps=taps, seed=seed)
    assert counted.total() == taps
    assert min(counted[kind] for kind in CORE) >= SHARE * taps


@given(taps=st.integers(FURTHER_FROM, 1000), seed=st.integers())
def test_from_sixty_taps_on_every_kind_of_card_is_dealt(taps: int, seed: int) -> None:
    counted = dealt(taps=taps, seed=seed)
    assert counted.total() == taps
    assert set(counted) == set(EXPECTATIONS) == set(Kind)
    assert min(counted.values()) >= max(1, taps // 100)


@given(taps=st.integers(13, FURTHER_FROM - 1), seed=st.integers())
def test_a_small_deck_has_every_kind_of_the_design_and_no_other(taps: int, seed: int) -> None:
    counted = dealt(taps=taps, seed=seed)
    assert (counted.total(), set(counted)) == (taps, set(CORE))


def test_a_demo_without_an_end_has_every_kind_that_a_reader_at_work_can_have() -> None:
    shown = Counter(islice(endless(seed=7, reader=0), 72))
    assert set(shown) == set(Kind) - {Kind.MUTE_UNPROVEN}
    assert {kind for kind, taps in shown.items() if taps >= SHARE * 72} == set(CORE) - {UNPROVEN}


def dealt(*, taps: int, seed: int) -> Counter[str]:
    return Counter(kind for hand in deck(taps=taps, seed=seed, readers=2) for kind in hand)


@given(taps=st.integers(13, 200), seed=st.integers())
def test_unproven_readers_come_first_on_each_reader(taps: int, seed: int) -> None:
    for hand in deck(taps=taps, seed=seed, readers=2):
        assert UNPROVEN not in hand[hand.count(UNPROVEN) :]


def test_the_same_seed_deals_the_same_deck() -> None:
    assert (
        deck(taps=60, seed=7, readers=2)
        == deck(taps=60, seed=7, readers=2)
        != deck(taps=60, seed=8, readers=2)
    )


def test_too_few_taps_for_all_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 13"):
        deck(taps=12, seed=1, readers=2)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("taps", [13, 39, 200])
def test_a_reader_has_read_a_card_before_a_mute_one_comes(taps: int, seed: int) -> None:
    for hand in deck(taps=taps, seed=seed, readers=2):
        kinds = [kind for kind in hand if kind != UNPROVEN]
        before = kinds[: kinds.index("mute")] if "mute" in kinds else ["healthy"]
        assert set(before) & PROVING, kinds
