"""The plot `docs/speed.png`: letters a second, each round a dot, the median a bar."""

from pathlib import Path

from matplotlib.figure import Figure

from bench.verification.results import BARE, HOSTILE, Results

_DPI = 110


def plot(results: Results, file: Path) -> None:
    """Draw it."""
    names = [name for name in results.rounds if name != HOSTILE]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.barh(
        names,
        [results.speed(name) for name in names],
        color=[
            "#c8c8c8" if name == BARE else "#1f6f8b" if "verification" in name else "#d98e04"
            for name in names
        ],
    )
    for place, name in enumerate(names):
        axes.plot(
            [race.per_second for race in results.rounds[name]], [place] * len(results.rounds[name]), "k."
        )
    axes.invert_yaxis()
    axes.set_xlabel("letters judged a second")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=_DPI, metadata={"Software": None})
