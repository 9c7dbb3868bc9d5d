"""The page `docs/card.md`: how a card is read, and how long that takes over the radio."""

from pathlib import Path

from bench.card.figures import Figures
from bench.card.radio import RATES
from dev.page import written


def page(figures: Figures) -> str:
    """The page, in Markdown."""
    readings = {(each.type, each.purpose): each for each in figures.readings}
    return written(
        Path(__file__).with_name("card.md.j2"),
        files=figures.files,
        types={kind: [each for each in figures.readings if each.type == kind] for kind in ("A", "B")},
        whole=readings["A", "whole card"],
        whole_b=readings["B", "whole card"],
        rates=list(RATES),
    )
