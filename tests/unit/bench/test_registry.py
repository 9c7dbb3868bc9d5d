import msgspec

from bench.registry import taps
from bench.registry.disclosing import BARE, ONE, ROUNDS, TWO
from bench.registry.figures import Figures
from bench.registry.page import MEASURED, PAGE, meets, page
from simulator import census

FIGURES = msgspec.json.decode(MEASURED.read_bytes(), type=Figures)


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text() == page(FIGURES)


def test_it_was_measured_over_the_whole_city_and_meets_its_bars() -> None:
    assert FIGURES.residents == census.RESIDENTS
    assert len(FIGURES.rounds) >= 3
    assert FIGURES.taps == taps.TAPS
    assert {len(FIGURES.races[each]) for each in (BARE, ONE, TWO)} == {ROUNDS}
    assert meets(FIGURES)
