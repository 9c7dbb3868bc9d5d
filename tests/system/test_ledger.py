import json

import pytest

from dev.ledger.expectations import EXPECTATIONS
from dev.ledger.report import last_line
from tests.system.conftest import TAPS, City


@pytest.mark.timeout(240)
def test_every_tap_reaches_its_agency_once_and_right_though_parts_were_killed(city: City) -> None:
    told = json.loads(last_line(city.account, seed=11))
    assert {
        name: told[name] for name in ("taps", "delivered", "lost", "unexpected", "duplicated", "wrong")
    } == {
        "taps": TAPS,
        "delivered": TAPS,
        "lost": 0,
        "unexpected": 0,
        "duplicated": 0,
        "wrong": 0,
    }
    assert set(told["by_kind"]) == set(EXPECTATIONS)


@pytest.mark.timeout(240)
def test_no_log_names_a_person_or_a_card(city: City) -> None:
    logs = {path.name: path.read_text(errors="replace") for path in (city.stack.folder / "logs").iterdir()}
    assert {"verification.log", "registry.log", "gateway-kelurahan-jebres.log"} <= set(logs)
    assert all("tap" in logs[name] for name in ("verification.log", "gateway-kelurahan-jebres.log"))
    secrets = [
        word
        for hand in city.run.hands
        for card in hand
        for word in (card.resident.nik, card.resident.name, card.uid.hex(), card.uid.hex().upper())
    ]
    assert [(name, word) for name, text in logs.items() for word in secrets if word in text] == []


@pytest.mark.timeout(240)
def test_nothing_is_left_in_the_dead_letters(city: City) -> None:
    stack = city.stack
    assert stack.rabbitmq.depth("ketuk", "ketuk.dead-letters") == 0
