from datetime import UTC, datetime, timedelta

import pytest

from ketuk_events.names import from_timestamp
from registry.disclosure.agreement import Agreement
from registry.disclosure.entitlement import entitled
from tests.unit.registry.given import GATEWAY, agreement, between, verdict

JUDGED = from_timestamp(verdict().judged)
DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)


def knows(given: Agreement, **asked: str) -> bool:
    return bool(entitled([given], verdict=verdict(**asked), gateway=GATEWAY))


def test_an_institution_knows_of_taps_on_its_own_readers() -> None:
    assert knows(agreement())


def test_an_institution_does_not_know_of_taps_on_readers_of_others() -> None:
    assert not knows(agreement(institution="polresta-surakarta"))


def test_whose_reader_it_is_is_not_the_gateways_to_say() -> None:
    claimed = verdict(institution="polresta-surakarta")
    assert not entitled([agreement(institution="polresta-surakarta")], verdict=claimed, gateway=GATEWAY)
    assert entitled([agreement()], verdict=claimed, gateway=GATEWAY)


@pytest.mark.parametrize(
    ("begins", "ends", "in_force"),
    [
        (JUDGED - DAY, JUDGED + DAY, True),
        (JUDGED, JUDGED + DAY, True),
        (JUDGED - DAY, JUDGED, False),
        (JUDGED + MOMENT, JUDGED + DAY, False),
    ],
)
def test_an_agreement_grants_from_its_first_moment_until_its_end(
    begins: datetime, ends: datetime, *, in_force: bool
) -> None:
    assert knows(between(agreement(), begins.astimezone(UTC), ends.astimezone(UTC))) == in_force


def test_a_purpose_outside_the_agreement_is_not_told() -> None:
    assert not knows(agreement(purposes=["identify"]))


def test_a_chip_check_is_told_to_nobody() -> None:
    assert not knows(agreement(purposes=["chip-check", "record"]), purpose="chip-check")


@pytest.mark.parametrize(
    ("places", "granted"),
    [
        (["33.72.04.1010"], True),
        (["33.72.04"], True),
        (["33.72"], True),
        (["33.72.04.1011"], False),
        (["33.7"], False),
    ],
)
def test_a_place_grants_what_lies_in_it(places: list[str], *, granted: bool) -> None:
    assert knows(agreement(institution="polresta-surakarta", places=places)) == granted


@pytest.mark.parametrize(
    ("reader", "granted"), [("kelurahan-jebres/loket-1", True), ("kelurahan-jebres/loket-2", False)]
)
def test_a_reader_of_another_institution_can_be_granted_by_name(reader: str, *, granted: bool) -> None:
    assert knows(agreement(institution="polresta-surakarta", readers=[reader])) == granted


def test_places_and_readers_do_not_take_away_an_institutions_own_readers() -> None:
    assert knows(agreement(places=["33.72.01"], readers=["x/y"]))


def test_each_entitled_institution_is_found_once() -> None:
    police = agreement(institution="polresta-surakarta", places=["33.72"])
    bank = agreement(institution="bank-contoh")
    found = entitled([agreement(), police, bank], verdict=verdict(), gateway=GATEWAY)
    assert [each.institution for each in found] == ["kelurahan-jebres", "polresta-surakarta"]
