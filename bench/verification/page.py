"""The page `docs/speed.md`: what was measured, the bars, and where the time goes."""

from collections.abc import Mapping
from pathlib import Path

from bench.verification.bars import bars
from bench.verification.results import HOSTILE, OURS, SEALING, Results
from dev.page import written

ROOT = Path(__file__).parents[2]
MEASURED, PAGE = ROOT / "bench" / "results.json", ROOT / "docs" / "speed.md"


def page(by_release: Mapping[str, Results]) -> str:
    """The page, in Markdown: of the newest release, and the bars of each."""
    release, results = next(iter(by_release.items()))
    one = results.cpu(OURS[0])
    return written(
        Path(__file__).with_name("speed.md.j2"),
        release=release,
        results=results,
        bars=list(bars(results)),
        releases=by_release,
        bars_of_each=list(zip(*map(bars, by_release.values()), strict=True)),
        contestants=[name for name in results.rounds if name != HOSTILE],
        hostile=HOSTILE,
        one=one,
        one_name=OURS[0],
        sealing=SEALING,
        rest=one - sum(results.stages.values()),
    )
