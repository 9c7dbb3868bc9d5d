import json

from dev.ledger.expectations import EXPECTATIONS
from dev.ledger.report import last_line
from tests.system.conftest import TAPS, City


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


def test_nothing_is_left_in_the_dead_letters(city: City) -> None:
    stack = city.stack
    assert stack.rabbitmq.depth("ketuk", "ketuk.dead-letters") == 0
