from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.demo.deck import PROVING, SHARE, UNPROVEN, deck
from dev.ledger.expectations import EXPECTATIONS


@given(taps=st.integers(260, 1000), seed=st.integers())
def test_every_kind_makes_up_a_twentieth_and_no_tap_is_left_out(taps: int, seed: int) -> None:
    hands = deck(taps=taps, seed=seed, readers=2)
    counted = Counter(kind for hand in hands for kind in hand)
    assert counted.total() == taps
    assert set(counted) == set(EXPECTATIONS)
    assert min(counted.values()) >= SHARE * taps


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
