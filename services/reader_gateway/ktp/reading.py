"""The whole reading of a card for a purpose. What the purpose does not need is not read."""

from dataclasses import dataclass, field, replace

from ketuk_events.evidence import FileReading, Finding
from reader_gateway.apdu import Garbage
from reader_gateway.ktp.dialogue import CardLeft, Dialogue, SamAway
from reader_gateway.ktp.mutual_authentication import (
    NotAuthentic,
    SamRefused,
    SamSecrets,
    authenticate,
    open_sam,
)
from reader_gateway.ktp.plain_files import (
    Damaged,
    Missing,
    identify,
    read_control,
    read_photo,
    select_application,
)
from reader_gateway.ktp.signature_check import read_and_check

NOT_REACHED = Finding(result="not-done", code="not-reached")
PASSED = Finding(result="passed", code="ok")
_NO_SAM = Finding(result="not-done", code="no-sam")
WITHOUT_SAM = frozenset({"chip-check"})
"""Purposes that ask the chip alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was found; never an exception, whatever the card and the SAM did."""

    answer: str = "removed"
    files: tuple[FileReading, ...] = ()
    authentication: Finding = NOT_REACHED
    signature: Finding = NOT_REACHED
    uid: bytes | None = field(default=None, repr=False)
    biodata: bytes | None = field(default=None, repr=False)
    signature_file: bytes | None = field(default=None, repr=False)
    photo: bytes | None = field(default=None, repr=False)

    @property
    def proves_the_reader(self) -> bool:
        """Whether a KTP-el was read, so that silence of another card is not the reader's fault."""
        return self.answer == "ktp-el" and self._read("6FF2")

    def _read(self, file: str) -> bool:
        return FileReading(file=file, state="read") in self.files

    def having(self, file: str, state: str) -> "Reading":
        """The reading with what became of one more file."""
        return replace(self, files=(*self.files, FileReading(file=file, state=state)))


NO_ANSWER = Reading(answer="none")
LEFT = Reading(answer="removed")


def read_card(*, purpose: str, sam: SamSecrets | None) -> Dialogue[Reading]:
    """Read what `purpose` needs. `sam` is None where the gateway may open no SAM."""
    reading = LEFT
    try:
        uid = yield from identify()
        if not (yield from select_application()):
            return replace(reading, answer="other")
        reading = replace(reading, answer="ktp-el", uid=uid)
        reading, control = yield from _plain_files(reading)
        if control is None or purpose in WITHOUT_SAM:
            return reading
        return (yield from _with_sam(reading, control, sam))
    except CardLeft:
        return _cut_short(reading, "removed")
    except Garbage:
        return (
            _cut_short(reading, "damaged") if reading.answer == "ktp-el" else replace(reading, answer="other")
        )


def _cut_short(reading: Reading, state: str) -> Reading:
    if reading.answer != "ktp-el":
        return reading
    return reading.having("6FF2" if reading.photo is None else "6FF1", state)


def _plain_files(reading: Reading) -> Dialogue[tuple[Reading, bytes | None]]:
    file = "6FF0"
    try:
        control = yield from read_control()
        reading = reading.having(file, "read")
        file = "6FF2"
        photo = yield from read_photo()
    except Damaged:
        return reading.having(file, "damaged"), None
    except Missing:
        return reading.having(file, "missing"), None
    return replace(reading.having(file, "read"), photo=photo), control


def _with_sam(reading: Reading, control: bytes, sam: SamSecrets | None) -> Dialogue[Reading]:
    reading = replace(reading, authentication=(yield from _authentication(reading, control, sam)))
    if reading.authentication != PASSED:
        return reading
    try:
        biodata, signature, holds = yield from read_and_check(reading.photo or b"")
    except SamAway:
        return reading
    except Damaged:
        return reading.having("6FF1", "damaged")
    return replace(
        reading.having("6FF1", "read").having("6FF6", "read"),
        biodata=biodata,
        signature_file=signature,
        signature=PASSED if holds else Finding(result="failed", code="signature-invalid"),
    )


def _authentication(reading: Reading, control: bytes, sam: SamSecrets | None) -> Dialogue[Finding]:
    if sam is None:
        return _NO_SAM
    try:
        yield from open_sam(sam)
        # without a UID the SAM cannot derive the card's keys, and authentication fails honestly
        yield from authenticate(control=control, uid=reading.uid or bytes(8))
    except SamAway:
        return _NO_SAM
    except SamRefused:
        return Finding(result="not-done", code="sam-refused")
    except NotAuthentic:
        return Finding(result="failed", code="authentication-failed")
    return PASSED
