"""The accounts of a day at the counter: what was done, what was said of it, and whether they agree."""

import msgspec

from chassis.crypto.sealing import Opener
from dev.counter.spoken import Keys
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.taps import CardRead
from tests.integration.counter_model.counter import Counter
from tests.integration.counter_model.heard import (
    assert_each_tap_is_whole,
    assert_nothing_waits,
    assert_the_reader_came_and_went_in_turn,
    assert_the_taps_are,
)
from tests.integration.counter_model.reader import Reader


def assert_all_agrees(counter: Counter) -> None:
    """Of a gateway that was stopped when all was said."""
    heard = list(counter.bus.heard)
    for reader in counter.readers:
        assert_each_tap_is_whole(heard, reader.name)
        assert_the_taps_are(heard, reader.name, presented=reader.taps, checked=set(reader.checked))
        assert_the_reader_came_and_went_in_turn(heard, reader.name)
        _assert_evidence_is_of_the_card(counter, reader)
    assert_nothing_waits(*counter.spooled(), heard)


def _assert_evidence_is_of_the_card(counter: Counter, reader: Reader) -> None:
    for contact, tap in reader.tap_of.items():
        uid = _opened(counter.bus.readings[tap], counter.gateway.keys).uid
        assert uid in {None, reader.uid_of[contact]}, f"{tap} has the evidence of another card"


def _opened(read: CardRead, keys: Keys) -> Evidence:
    content = Opener(keys=(keys.verification,)).open(
        read.evidence,
        sender=keys.sender,
        identities=keys.identity,
        sealed_at=from_timestamp(read.ended),
    )
    return msgspec.json.decode(content, type=Evidence)
