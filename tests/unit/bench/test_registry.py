import pytest

from bench.registry import taps
from bench.registry.disclosing import BARE, ONE, ROUNDS, TWO
from bench.registry.figures import Figures
from bench.registry.page import MEASURED, PAGE, meets, page
from dev import measured
from simulator import census

FIGURES = measured.read(MEASURED, Figures)


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text() == page(FIGURES)


@pytest.mark.parametrize("release", ["Debian 12", "Debian 13"])
def test_it_was_measured_over_the_whole_city_and_meets_its_bars(release: str) -> None:
    figures = FIGURES[release]
    assert figures.residents == census.RESIDENTS
    assert len(figures.rounds) >= 3
    assert figures.taps == taps.TAPS
    assert {len(figures.races[each]) for each in (BARE, ONE, TWO)} == {ROUNDS}
    assert meets(figures)
