from dev import measured
from dev.scale.__main__ import MEASURED, PAGE
from dev.scale.cost import Cost
from dev.scale.page import page


def test_the_page_says_what_was_measured() -> None:
    costs = measured.read(MEASURED, Cost)
    assert costs.keys() == {"Debian 12", "Debian 13"}
    assert PAGE.read_text() == page(costs)
