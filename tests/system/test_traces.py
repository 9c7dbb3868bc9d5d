"""One trace a tap, from the card's presentation to the disclosure, across spool, broker and a kill."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import pytest

from dev.demo.private import PrivateRun
from dev.ledger.account import Account
from dev.stack.stack import Stack
from tests.support.state_folder import state_folder
from tests.system.collector import Collector, Kept, collecting
from tests.system.pictures import page_of

FOLDER = state_folder("traces")
TAPS = 13
NAMES = {
    "ketuk-reader_gateway": {"tap", "send"},
    "ketuk-verification": {"process verification.readings"},
    "ketuk-registry": {"process registry.verdicts", "disclose"},
}

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True, kw_only=True)
class Traced:
    stack: Stack
    collector: Collector
    account: Account
    taps: list[str]
    """Their ids, as verification has them."""


@pytest.fixture(scope="module")
def traced() -> Iterator[Traced]:
    stack = Stack.fresh(folder=FOLDER)
    try:
        stack.start()
        with collecting() as collector:
            run = PrivateRun(
                stack=stack,
                seed=3,
                taps=TAPS,
                kill=("verification",),
                say=lambda _: None,
                more={"KETUK_OTLP_ENDPOINT": collector.url},
            )
            account = asyncio.run(run.go())
            taps = asyncio.run(_taps(stack))
            _until_all_came(collector, taps)
            yield Traced(stack=stack, collector=collector, account=account, taps=taps)
    finally:
        stack.discard()


async def _taps(stack: Stack) -> list[str]:
    connection = await asyncpg.connect(stack.postgres.url("verification"))
    rows = await connection.fetch("SELECT tap::text AS tap FROM decisions")
    await connection.close()
    return [row["tap"] for row in rows]


def _until_all_came(collector: Collector, taps: list[str]) -> None:
    """An exporter sends once a second; what a killed process had not sent never comes."""
    deadline = time.monotonic() + 20
    while any("disclose" not in _names(collector, tap) for tap in taps):
        assert time.monotonic() < deadline, "a tap has no span for its disclosure"
        time.sleep(0.2)


def _names(collector: Collector, tap: str) -> set[str]:
    return {span.name for span in collector.trace(tap.replace("-", "")).values()}


def test_all_was_delivered_all_the_same(traced: Traced) -> None:
    assert traced.account.is_clean
    assert len(traced.taps) == TAPS


def test_every_tap_is_one_trace_through_all_services(traced: Traced) -> None:
    whole = [
        tap
        for tap in traced.taps
        if {(span.service, span.name) for span in traced.collector.trace(tap.replace("-", "")).values()}
        >= {(service, name) for service, names in NAMES.items() for name in names}
    ]
    # a killed verification takes a second of its spans with it, never a tap
    assert len(whole) >= TAPS - 4
    assert {span.trace for span in traced.collector.spans} == {tap.replace("-", "") for tap in traced.taps}


def test_each_span_follows_from_the_one_before(traced: Traced) -> None:
    tap = next(tap for tap in traced.taps if len(_names(traced.collector, tap)) >= 5)
    spans = traced.collector.trace(tap.replace("-", ""))
    parents = {
        (span.name, spans[span.parent].name if span.parent in spans else None) for span in spans.values()
    }
    assert parents >= {
        ("tap", None),
        ("send", "tap"),
        ("process verification.readings", "tap"),
        ("process registry.verdicts", "process verification.readings"),
        ("disclose", "process registry.verdicts"),
    }
    assert all(span.began <= span.ended for span in spans.values())
    _picture(sorted(spans.values(), key=lambda span: span.began))


def test_nothing_in_a_trace_names_a_person_or_a_card(traced: Traced) -> None:
    keys = {key for span in traced.collector.spans for key in span.attributes}
    assert keys == {
        "ketuk.reader",
        "ketuk.purpose",
        "ketuk.answer",
        "ketuk.institution",
        "messaging.message.id",
        "messaging.destination.name",
    }


def _picture(spans: list[Kept]) -> None:
    """Where KETUK_TRACE_SCREENSHOT names a file, the spans of one tap on a line of time."""
    file = os.environ.get("KETUK_TRACE_SCREENSHOT")
    if file is None:
        return
    first, last = min(span.began for span in spans), max(span.ended for span in spans)
    rows = "".join(
        f"<tr><td>{span.service}<td>{span.name}<td>{(span.ended - span.began) / 1e6:.1f} ms"
        f"<td class=bar><i style='margin-left:{98 * (span.began - first) / (last - first):.2f}%;"
        f"width:{max(0.4, 98 * (span.ended - span.began) / (last - first)):.2f}%'></i>"
        for span in spans
    )
    style = (
        "body{font:14px sans-serif;margin:16px}table{border-collapse:collapse;width:100%}"
        "td{padding:4px 10px;border-bottom:1px solid #ddd;white-space:nowrap}.bar{width:60%}"
        "i{display:block;height:14px;background:#0b6e4f}"
    )
    with page_of(width=1100, height=60 + 34 * len(spans)) as page:
        total = (last - first) / 1e6
        page.set_content(f"<style>{style}</style><b>One tap, {total:.0f} ms</b><table>{rows}</table>")
        page.screenshot(path=file)
