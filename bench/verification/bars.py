"""The bars that the design sets, and what was reached."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.verification.results import BARE, CALLBACKS, FASTSTREAM, HOSTILE, OURS, SEALING, Results

MEGABYTE = 1e6
MICROSECONDS = {
    "seal_on_cached_wrap": 30,
    "open_on_cached_wrap": 30,
    "seal_on_new_wrap": 350,
    "open_on_new_wrap": 350,
}
"""For sealing and opening a content, at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Something that must be at least, or at most, so much."""

    what: str
    reached: float
    bar: float
    unit: str = ""
    least: bool = True
    """Whether it must be at least that; at most where not."""

    @property
    def holds(self) -> bool:
        """Whether it was reached."""
        return self.reached >= self.bar if self.least else self.reached <= self.bar

    @property
    def wanted(self) -> str:
        """The bar in words."""
        return f"{'≥' if self.least else '≤'} {self.bar:g}{self.unit}"


def bars(results: Results) -> Iterator[Bar]:
    """All of them."""
    one, _, four = OURS
    for peer, bar in ((FASTSTREAM, 4), (CALLBACKS, 2.5), (BARE, 0.8)):
        yield Bar(
            what=f"1 process, times the speed of {peer}",
            reached=results.speed(one) / results.speed(peer),
            bar=bar,
        )
    rest, half = results.at_rest, results.half_load
    yield Bar(what="p50 at rest", reached=rest.ours.p50 * 1e3, bar=15, unit=" ms", least=False)
    yield Bar(
        what="p99 at rest, times the bare two hops", reached=rest.ours.p99 / rest.bare.p99, bar=2, least=False
    )
    yield Bar(
        what="p99 at half load, times the bare two hops",
        reached=half.ours.p99 / half.bare.p99,
        bar=2,
        least=False,
    )
    peak = max(*(results.peak(name) for name in OURS), *(each.bytes for each in results.memory))
    yield Bar(what="memory of a process", reached=peak / MEGABYTE, bar=120, unit=" MB", least=False)
    yield Bar(
        what=f"memory after {results.memory[-1].letters:,} letters, times that after "
        f"{results.memory[0].letters:,}",
        reached=results.memory[-1].bytes / results.memory[0].bytes,
        bar=1.05,
        least=False,
    )
    yield Bar(
        what="CPU a letter with 4 processes, times that with 1",
        reached=results.cpu(four) / results.cpu(one),
        bar=1.15,
        least=False,
    )
    yield Bar(
        what="speed of good letters with a hostile tenth",
        reached=results.speed(HOSTILE) / results.speed(one),
        bar=0.8,
    )
    for what, figure in SEALING.items():
        reached = results.sealing(figure) * 1e6
        yield Bar(what=what, reached=reached, bar=MICROSECONDS[figure], unit=" µs", least=False)
