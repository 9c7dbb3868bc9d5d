"""Fuzz target: whatever card and SAM answer, a reading ends, and says nothing that it does not know."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec

from chassis.crypto.sealing import Sealer
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp, to_timestamp
from ketuk_events.outcomes import Outcome
from ketuk_events.sealed import KeyWrap, Sealed
from ketuk_events.taps import CardRead
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.ktp.apdu import Response
from reader_gateway.ktp.protocol import ToCard, ToSam
from reader_gateway.ktp.reading import Reading
from reader_gateway.tap.tap import Tap, new_tap_id
from simulator.kinds import Kind
from tests.fuzz.hostile_reading import PURPOSES, HostileReading, Said, cards, read_against
from tests.unit.verification.given import NOW, asked, case
from verification.rules.verdict import judge

MOST_KEPT = 32_000 + 5 * 4_096
"""Bytes: the longest photo, and all other files."""
LONGEST_COMMAND = 261
"""Bytes of a short command (ISO/IEC 7816-3)."""
UNWRAP = 0xF4
WRAP_READ = bytes.fromhex("F300000500")
"""Of a READ BINARY, which is five bytes long."""
END = 0x8000
"""Beyond every offset."""
GENUINE = {Kind.HEALTHY, Kind.TYPE_B, Kind.TYPE_B_OTHER, Kind.SHORT_CONTROL, Kind.SMALL_CHUNKS}
DAMAGED = {Kind.DAMAGED_FILE, Kind.DAMAGED_BIODATA}
"""What these hold was not found out in peace."""
SEAL_OFF = KeyWrap(
    recipient="0" * 16,
    sender="3372.kelurahan-jebres",
    valid_until=to_timestamp(NOW),
    wrapped=b"",
    signature=b"",
)


class _Open(Sealer):
    """Leaves the evidence open, to look at it."""

    def __init__(self) -> None:
        """It has no keys."""

    def seal(self, content: bytes, *, now: datetime) -> Sealed:
        del now
        return Sealed(wrap=SEAL_OFF, nonce=bytes(12), ciphertext=content)


SPEAKER = Speaker(region="3372", gateway="kelurahan-jebres", epoch=1, sealer=_Open())


def once(raw: bytes) -> None:
    hostile = read_against(raw)
    _keeps_little(hostile.reading)
    _says_what_chips_may_be_told(hostile.said)
    _passes_nothing_that_was_not_said(hostile)
    if hostile.sam_was_honest:
        _asks_for_no_byte_twice(hostile.said)
        _believes_no_liar(hostile)
    _is_told_within_the_contract(hostile)


def seeds() -> Iterator[bytes]:
    """Honest readings of each card for each purpose, and each mischief at each step of one of them."""
    for number in range(len(cards())):
        for purpose in range(len(PURPOSES)):
            yield bytes((number, purpose, 127))
    for at in range(95):
        for mischief in range(128, 144):
            yield bytes((0, 0, at, mischief, 5, 1, 127))


def _keeps_little(reading: Reading) -> None:
    assert isinstance(reading, Reading)
    parts = (reading.uid, reading.biodata, reading.signature_file, reading.photo, reading.handwriting)
    assert sum(len(part or b"") for part in (*parts, *reading.fingers)) <= MOST_KEPT
    assert len(reading.files) <= 7


def _says_what_chips_may_be_told(said: list[Said]) -> None:
    opened = [each for each in said if isinstance(each.step, ToSam) and each.step.counts_a_try]
    assert len(opened) <= 1, "a secret is tried twice"
    for each in said:
        assert 4 <= len(each.step.command) <= LONGEST_COMMAND
        if isinstance(each.step, ToCard) and each.step.command[0] == 0xFF:
            assert each.step.command == bytes.fromhex("FFCA000000"), "the reader itself is commanded"
    for before, after in pairwise(said):
        if isinstance(before.step, ToSam) and not before.succeeded:
            assert after.step != before.step, "a SAM that refused is asked again"
            on = before.step.command[1] == UNWRAP and after.step.command[1:6] == WRAP_READ
            assert not on, "a file is read on though the SAM refused a part of it"


def _asks_for_no_byte_twice(said: list[Said]) -> None:
    """Of the plain files: what a card gave is not asked for again, nor a file of which it gave too much."""
    given = 0
    for each in said:
        command = each.step.command
        if isinstance(each.step, ToCard) and command[:2] == b"\x00\xa4":
            given = 0
        if isinstance(each.step, ToCard) and command[:2] == b"\x00\xb0":
            offset = int.from_bytes(command[2:4], "big")
            assert offset >= given, "a byte is asked for twice"
            if isinstance(each.told, Response) and each.succeeded:
                fits = 0 < len(each.told.data) <= (command[4] or 256)
                given = offset + len(each.told.data) if fits else END


def _passes_nothing_that_was_not_said(hostile: HostileReading) -> None:
    reading, said = hostile.reading, hostile.said
    if reading.authentication.result == "passed":
        assert [_of_sam(said, ins) for ins in (0xF0, 0xFF, 0xF1, 0xF2)] == [[True]] * 4
    if reading.signature.result == "passed":
        assert reading.authentication.result == "passed"
        check = [each for each in said if isinstance(each.step, ToSam) and each.step.command[1] == 0xFA]
        words = {each.step.command[2]: each.succeeded for each in check}
        assert all(words[step] for step in (0x00, 0x06, 0x04))
        assert all(each.succeeded for each in check if each.step.command[2] == 0x03)
    if reading.handwriting is not None or reading.fingers:
        assert reading.signature.result == "passed"


def _of_sam(said: list[Said], ins: int) -> list[bool]:
    return [each.succeeded for each in said if isinstance(each.step, ToSam) and each.step.command[1] == ins]


def _believes_no_liar(hostile: HostileReading) -> None:
    """With a SAM that is let alone, what is called genuine is what the card's issuer put there."""
    reading, genuine = hostile.reading, hostile.genuine
    if reading.authentication.result == "passed":
        assert hostile.card.kind is not Kind.PHOTO_COPIED
    for found, holds in (
        (reading.biodata, genuine.biodata),
        (reading.signature_file, genuine.signature_file),
        (reading.handwriting, genuine.handwriting),
    ):
        assert found in {None, holds} or hostile.card.kind in DAMAGED, "another file than the card's"
    assert set(reading.fingers) <= set(genuine.fingers)
    if reading.signature.result == "passed":
        assert genuine.signature.result == "passed"
        assert reading.photo == genuine.photo


def _is_told_within_the_contract(hostile: HostileReading) -> None:
    tap = Tap(id=new_tap_id(NOW), asked=asked(hostile.purpose), began=NOW, counter=1)
    wire = SPEAKER.read(tap, hostile.reading, proven=True, now=NOW + timedelta(seconds=5))
    data = msgspec.json.decode(wire.body, type=CardRead)
    evidence = msgspec.json.decode(data.evidence.ciphertext, type=Evidence)
    assert from_timestamp(evidence.ended) > from_timestamp(evidence.began).astimezone(UTC)
    verdict = judge(case(evidence))
    assert verdict.outcome in set(Outcome)
    if verdict.outcome == Outcome.VERIFIED and hostile.sam_was_honest:
        assert hostile.card.kind in GENUINE
