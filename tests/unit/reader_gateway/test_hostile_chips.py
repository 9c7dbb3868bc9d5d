"""The invariants that the fuzzers hold, on inputs that hypothesis makes up and shrinks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.biodata import once as biodata
from tests.fuzz.hostile_reading import PURPOSES, cards, read_against
from tests.fuzz.mischief import MISCHIEFS
from tests.fuzz.reading import once as reading
from tests.fuzz.response import once as response

STEPS = len(read_against(b"").said)
"""Of the whole card."""
LET_PASS = b"\x7f"
letting_pass = st.integers(0, 127)
meddling = st.builds(
    lambda passes, mischief, how: bytes((passes, mischief)) + how,
    letting_pass,
    st.integers(128, 255),
    st.binary(max_size=6),
)
hostile = st.builds(
    lambda card, purpose, meddled: bytes((card, purpose)) + b"".join(meddled),
    st.integers(0, len(cards()) - 1),
    st.integers(0, len(PURPOSES) - 1),
    st.lists(meddling, max_size=4),
)


@pytest.mark.parametrize("mischief", range(len(MISCHIEFS)))
def test_a_reading_ends_and_says_only_what_it_knows_whatever_one_answer_becomes(mischief: int) -> None:
    for at in range(STEPS):
        reading(bytes((0, 0, at, 128 + mischief, 5, 1)) + LET_PASS)


@settings(deadline=None, max_examples=300)
@given(hostile)
def test_a_reading_ends_and_says_only_what_it_knows_whatever_card_and_sam_answer(raw: bytes) -> None:
    reading(raw)


@given(st.binary(max_size=600))
def test_any_bytes_are_a_response_or_garbage(raw: bytes) -> None:
    response(raw)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: b"\0" + text.encode())))
def test_no_check_stumbles_over_any_biodata(raw: bytes) -> None:
    biodata(raw)
