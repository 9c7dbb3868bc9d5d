"""One trace a tap, from the card's presentation to the disclosure, across spool, broker and kills."""

import os

from tests.system.collector import Kept, trace_of
from tests.system.conftest import TAPS, City
from tests.system.pictures import page_of

NAMES = {
    "ketuk-reader_gateway": {"tap", "send"},
    "ketuk-verification": {"process verification.readings"},
    "ketuk-registry": {"process registry.verdicts", "disclose"},
}


def test_all_was_delivered_all_the_same(city: City) -> None:
    assert city.account.is_clean
    assert len(city.judged) == TAPS


def test_every_tap_has_a_span_for_its_disclosure(city: City) -> None:
    assert [tap for tap in city.judged if "disclose" not in city.traces.names(tap)] == []


def test_every_tap_is_one_trace_through_all_services(city: City) -> None:
    whole = [
        tap
        for tap in city.judged
        if {(span.service, span.name) for span in city.traces.of(tap).values()}
        >= {(service, name) for service, names in NAMES.items() for name in names}
    ]
    # a killed verification takes a second of its spans with it, never a tap
    assert len(whole) >= TAPS - 4
    assert {span.trace for span in city.traces.spans} == {trace_of(tap) for tap in city.judged}


def test_each_span_follows_from_the_one_before(city: City) -> None:
    tap = next(tap for tap in city.judged if len(city.traces.names(tap)) >= 5)
    spans = city.traces.of(tap)
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


def test_nothing_in_a_trace_names_a_person_or_a_card(city: City) -> None:
    keys = {key for span in city.traces.spans for key in span.attributes}
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
