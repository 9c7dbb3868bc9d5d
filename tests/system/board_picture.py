"""Draws a board's panels from what a real Prometheus answers, for the documentation."""

import json
from collections.abc import Callable
from html import escape
from pathlib import Path

from tests.system.pictures import page_of

Series = list[tuple[dict[str, str], list[tuple[float, float]]]]
_WIDTH, _HEIGHT = 460, 150
_COLOURS = ("#0b6e4f", "#c1440e", "#2f4b9c", "#8a6d00", "#7a1f6a", "#4d4d4d", "#00838f", "#9c2f2f")
_STYLE = (
    "body{font:13px sans-serif;margin:16px;width:980px}h1{font-size:17px;margin:18px 0 6px}"
    ".panel{display:inline-block;width:470px;vertical-align:top;margin:6px 6px 10px 0}"
    "h2{font-size:13px;margin:0 0 4px}svg{background:#f6f6f4}"
    ".legend{font-size:11px;color:#333;line-height:15px}"
)


def draw(boards: list[Path], *, ask: Callable[[str], Series], file: str) -> None:
    """Draw boards below each other into a PNG; `ask` answers a query over the last minutes."""
    body = "".join(_board(json.loads(board.read_text()), ask) for board in boards)
    with page_of(width=1012, height=600) as page:
        page.set_content(f"<style>{_STYLE}</style>{body}")
        page.screenshot(path=file, full_page=True)


def _board(board: dict[str, object], ask: Callable[[str], Series]) -> str:
    panels = board["panels"]
    assert isinstance(panels, list)
    return f"<h1>{escape(str(board['title']))}</h1>" + "".join(_panel(panel, ask) for panel in panels)


def _panel(panel: dict[str, object], ask: Callable[[str], Series]) -> str:
    targets = panel["targets"]
    assert isinstance(targets, list)
    found = [
        (_legend(target["legendFormat"], labels), points)
        for target in targets
        for labels, points in ask(target["expr"])
    ]
    points = [point for _, line in found for point in line]
    begin, end = min(time for time, _ in points), max(time for time, _ in points)
    highest = max((value for _, value in points), default=0) or 1
    lines = "".join(
        f"<polyline fill=none stroke='{_COLOURS[number % len(_COLOURS)]}' stroke-width=2 points='"
        + " ".join(
            f"{(time - begin) / ((end - begin) or 1) * _WIDTH:.1f},"
            f"{_HEIGHT - value / highest * (_HEIGHT - 8):.1f}"
            for time, value in line
        )
        + "'/>"
        for number, (_, line) in enumerate(found)
    )
    legend = " · ".join(
        f"<span style='color:{_COLOURS[number % len(_COLOURS)]}'>{escape(name)}</span>"
        for number, (name, _) in enumerate(found)
    )
    return (
        f"<div class=panel><h2>{escape(str(panel['title']))} <small>(to {highest:.3g})</small></h2>"
        f"<svg width={_WIDTH} height={_HEIGHT}>{lines}</svg><div class=legend>{legend}</div></div>"
    )


def _legend(form: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        form = form.replace("{{" + name + "}}", value)
    return form
