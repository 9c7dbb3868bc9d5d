import msgspec
import pytest

from bench.card.__main__ import BAR, MEASURED, PAGE
from bench.card.figures import Figures, Reading
from bench.card.measure import measure
from bench.card.page import page
from bench.card.radio import RATES, Exchange, Kind, Link, on_the_air

FIGURES = msgspec.json.decode(MEASURED.read_bytes(), type=Figures)
MICROSECOND = 1e-6


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text() == page(FIGURES)


def test_what_was_measured_is_what_a_card_takes_now() -> None:
    assert measure() == FIGURES


def test_the_whole_card_is_read_near_the_limit_of_the_link() -> None:
    [whole] = [each for each in FIGURES.readings if (each.purpose, each.type) == ("whole card", "A")]
    assert 1.125 < whole.ratio(whole.largest_chunks, 106) <= BAR


@pytest.mark.parametrize("reading", FIGURES.readings, ids=lambda each: f"{each.type} {each.purpose}")
def test_no_reading_takes_a_command_or_a_byte_more_than_the_fewest(reading: Reading) -> None:
    course = reading.largest_chunks
    assert (course.commands, course.apdu_bytes) == (reading.fewest_commands, reading.fewest_bytes)
    assert course.milliseconds[106] < reading.chunks_of_112.milliseconds[106]


def test_a_short_exchange_of_type_a_takes_its_bits_its_pauses_and_the_cards_millisecond() -> None:
    # 10 and 5 bytes in their blocks, 9 bits each, start and end: 92 + 47 bits of 9.44 µs; 91.15 µs of rest
    seconds = Link(Kind.A, RATES[106]).seconds(Exchange(7, 2))
    assert seconds == pytest.approx(
        139 * 9.43953 * MICROSECOND + 0.001 + 91.15 * MICROSECOND, abs=MICROSECOND
    )


def test_a_short_exchange_of_type_b_takes_its_own() -> None:
    # 100 + 22 and 50 + 22 bits; 80 subcarrier periods of 1.18 µs; 10 bits and 32 periods of rest
    seconds = Link(Kind.B, RATES[106]).seconds(Exchange(7, 2))
    assert seconds == pytest.approx(
        204 * 9.43953 * MICROSECOND + 0.001 + 112 * 1.17994 * MICROSECOND, abs=MICROSECOND
    )


def test_an_answer_longer_than_a_frame_is_chained_and_acknowledged() -> None:
    assert on_the_air(Exchange(5, 253)) == 8 + 256
    assert on_the_air(Exchange(5, 258)) == 8 + 256 + 3 + 8
    one, two = (Link(Kind.A, RATES[106]).seconds(Exchange(5, length)) for length in (253, 254))
    # an acknowledgement of 29 bits, a frame of 38 and two pauses
    assert two - one == pytest.approx(
        (29 + 38) * 9.43953 * MICROSECOND + 2 * 91.15 * MICROSECOND, abs=MICROSECOND
    )


def test_a_command_longer_than_a_frame_is_chained_too() -> None:
    assert on_the_air(Exchange(260, 2)) == 256 + 3 + 10 + 5
    one, two = (Link(Kind.A, RATES[106]).seconds(Exchange(length, 2)) for length in (253, 254))
    assert two - one == pytest.approx(
        (29 + 38) * 9.43953 * MICROSECOND + 2 * 91.15 * MICROSECOND, abs=MICROSECOND
    )
