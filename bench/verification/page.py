"""The page `docs/speed.md`: what was measured, the bars, and where the time goes."""

from pathlib import Path

from bench.verification.bars import bars
from bench.verification.results import HOSTILE, OURS, SEALING, Results
from dev.page import written

ROOT = Path(__file__).parents[2]
MEASURED, PAGE = ROOT / "bench" / "results.json", ROOT / "docs" / "speed.md"


def page(results: Results) -> str:
    """The page, in Markdown."""
    one = results.cpu(OURS[0])
    return written(
        Path(__file__).with_name("speed.md.j2"),
        results=results,
        bars=list(bars(results)),
        contestants=[name for name in results.rounds if name != HOSTILE],
        hostile=HOSTILE,
        one=one,
        one_name=OURS[0],
        sealing=SEALING,
        rest=one - sum(results.stages.values()),
    )
