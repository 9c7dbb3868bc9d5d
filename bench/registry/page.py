"""The page `docs/registry-speed.md`."""

from collections.abc import Mapping
from pathlib import Path

from bench.registry.disclosing import BARE, ONE, TWO
from bench.registry.figures import Figures
from dev.page import written

ROOT = Path(__file__).parents[2]
MEASURED, PAGE = ROOT / "bench" / "registry.json", ROOT / "docs" / "registry-speed.md"
LEAST_RATIO = 0.5
MOST_BYTES = 200_000_000
MOST_MILLISECONDS = 100


def page(by_release: Mapping[str, Figures]) -> str:
    """The page, in Markdown: of the newest release, and the ratios of each."""
    return written(
        Path(__file__).with_name("registry.md.j2"),
        releases=by_release,
        figures=next(iter(by_release.values())),
        least=LEAST_RATIO,
        most=MOST_BYTES,
        milliseconds=MOST_MILLISECONDS,
        contestants=(BARE, ONE, TWO),
    )


def meets(figures: Figures) -> bool:
    """Whether every bar is met."""
    return (
        figures.ratio >= LEAST_RATIO
        and figures.most_bytes <= MOST_BYTES
        and all(each.p99_milliseconds <= MOST_MILLISECONDS for each in figures.reports)
    )
