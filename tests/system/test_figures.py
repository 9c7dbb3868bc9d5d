"""What the services show on `/metrics` after a run."""

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from tests.system.conftest import SHOWING, City

EVERYWHERE = {
    "ketuk_ready",
    "ketuk_build_info",
    "ketuk_outbox_waiting",
    "ketuk_outbox_oldest_seconds",
    "ketuk_outbox_passed_over",
}
PROCESS = {"process_cpu_seconds", "process_resident_memory_bytes", "process_open_fds"}
CONSUMING = {"ketuk_messages", "ketuk_batch_messages", "ketuk_batch_seconds"}

Samples = dict[str, list[tuple[dict[str, str], float]]]


def figures(city: City, service: str) -> tuple[set[str], Samples]:
    """The families' names, and the samples by name."""
    families = list(parse(city.figures[service]))
    samples: Samples = {}
    for sample in (sample for family in families for sample in family.samples):
        samples.setdefault(sample.name, []).append((sample.labels, sample.value))
    return {family.name for family in families}, samples


def test_verification_shows_its_verdicts(city: City) -> None:
    names, samples = figures(city, "verification")
    assert names >= EVERYWHERE | PROCESS | CONSUMING | {"ketuk_verdicts", "ketuk_taps_judged"}
    verdicts = samples["ketuk_verdicts_total"]
    assert {labels["outcome"] for labels, _ in verdicts} == {"verified", "refused", "inconclusive"}
    assert ({"purpose": "record", "outcome": "refused", "reason": "card.status/blocked"}) in [
        labels for labels, _ in verdicts
    ]
    assert all(value == 1 for _, value in samples["ketuk_ready"])
    assert samples["ketuk_outbox_waiting"] == [({}, 0)]


def test_the_registry_shows_the_fleet_and_what_each_agency_waits_for(city: City) -> None:
    names, samples = figures(city, "registry")
    assert names >= EVERYWHERE | PROCESS | CONSUMING
    agencies = {"kelurahan-jebres", "polresta-surakarta"}
    for name in ("disclosures_waiting", "disclosure_oldest_seconds", "disclosures_parked"):
        found = {labels["institution"]: value for labels, value in samples[f"ketuk_{name}"]}
        assert found == dict.fromkeys(agencies, 0)
    assert sum(value for _, value in samples["ketuk_fleet_readers"]) == 2


def test_a_gateway_shows_its_taps_and_readers(city: City) -> None:
    names, samples = figures(city, "gateway-kelurahan-jebres")
    assert names >= EVERYWHERE | PROCESS
    taps = {labels["answer"]: value for labels, value in samples["ketuk_taps_total"]}
    assert taps["ktp-el"] > 0
    assert taps["none"] > 0
    assert samples["ketuk_pcscd_connected"] == [({}, 1)]
    assert sum(value for _, value in samples["ketuk_readers"]) == 1


@pytest.mark.parametrize("service", SHOWING)
def test_no_label_names_a_person_or_a_card(city: City, service: str) -> None:
    _, samples = figures(city, service)
    values = {value for found in samples.values() for labels, _ in found for value in labels.values()}
    people = {
        word
        for hand in city.run.hands
        for card in hand
        for word in (card.resident.nik, card.resident.name, card.uid.hex())
    }
    assert values & people == set()
