"""Verdicts as verification gives them, sealed and signed: of cards that are verified, at several counters."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace

from chassis.crypto.sealing import Sealer, private_key
from dev.contract.examples import examples
from dev.stack.secret_files import REGION, SecretFiles
from ketuk_events.asked import Asked
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import Wire, to_wire
from ketuk_events.evidence import Person
from ketuk_events.names import to_timestamp
from ketuk_events.taps import TapJudged
from reader_gateway.tap.tap import new_tap_id

PLACE = "33.72.04.1010"
PERSON = {"nik": "3372990101900001", "name": "CONTOH WARGA", "address": "JL CONTOH 1"}


def verdicts(secrets: SecretFiles, gateways: Sequence[str], *, count: int) -> Iterator[Wire]:
    """So many, of the gateways in turns, each of another card."""
    example = examples()[TAP_JUDGED]
    if not isinstance(example.data, TapJudged):
        raise TypeError(example)
    sealer = Sealer(
        sender="verification",
        identity=private_key(secrets.read("verification/ketuk_signing_key")),
        recipient=private_key(secrets.read("registry/ketuk_registry_key")).public_key(),
    )
    for number in range(count):
        gateway = gateways[number % len(gateways)]
        now = datetime.now(UTC)
        began, tap = now - timedelta(milliseconds=500), str(new_tap_id(now))
        asked = Asked(
            region=REGION,
            gateway=gateway,
            reader="loket-1",
            place=PLACE,
            institution=gateway,
            officer="petugas",
            purpose="record",
        )
        content = Person(tap=tap, asked=asked, attributes=PERSON)
        verdict = replace(
            example.data,
            tap=tap,
            asked=asked,
            began=to_timestamp(began),
            judged=to_timestamp(now),
            card_ref=UUID(int=number).hex * 2,
            person=sealer.seal(msgspec.json.encode(content), now=now),
        )
        yield to_wire(replace(example, id=uuid4(), owner=gateway, data=verdict))
