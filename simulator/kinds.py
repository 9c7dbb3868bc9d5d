"""The kinds of simulated cards, and how each is made."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import shake_256

from simulator import biodata
from simulator.card import KtpCard, Traits
from simulator.chip import Chip
from simulator.enciphered_files import encipher
from simulator.files import PLAIN, FileId, with_length
from simulator.fingerprints import LEFT_INDEX, RIGHT_INDEX, handwriting, template
from simulator.foreign_chips import (
    BankCard,
    FileCard,
    ForeignChip,
    GarbageChip,
    MuteChip,
    Tag,
    TravelDocument,
)
from simulator.issuer import Issuer
from simulator.portrait import portrait
from simulator.residents import Resident, resident
from simulator.signature_file import sign

_CONTROL_LENGTH, _SHORT_CONTROL_LENGTH = 51, 29
_DAMAGED_FROM = 600


class Kind(StrEnum):
    """What a simulated card is like."""

    HEALTHY = "healthy"
    TYPE_B = "type-b"
    TYPE_B_OTHER = "type-b-other"
    SHORT_CONTROL = "short-control"
    SMALL_CHUNKS = "small-chunks"
    PHOTO_COPIED = "photo-copied"
    DATA_ALTERED = "data-altered"
    WRONG_ISSUER = "wrong-issuer"
    OTHER_ISSUER = "other-issuer"
    NIK_DIFFERS = "nik-differs"
    NOT_ACTIVATED = "not-activated"
    BLOCKED = "blocked"
    LOST = "lost"
    RECORDED_DAMAGED = "recorded-damaged"
    REPLACED = "replaced"
    UNKNOWN = "unknown"
    NOT_A_KTP = "not-a-ktp"
    BANK_CARD = "bank-card"
    TRAVEL_DOCUMENT = "travel-document"
    FILE_CARD = "file-card"
    TAG = "tag"
    GARBAGE = "garbage"
    MUTE = "mute"
    MUTE_UNPROVEN = "mute-unproven"
    REMOVED = "removed"
    REMOVED_AT_ONCE = "removed-at-once"
    SLOW = "slow"
    DAMAGED_FILE = "damaged-file"
    DAMAGED_CONTROL = "damaged-control"
    DAMAGED_BIODATA = "damaged-biodata"
    DAMAGED_SIGNATURE = "damaged-signature"
    DAMAGED_FINGERS = "damaged-fingers"
    MALFORMED_BIODATA = "malformed-biodata"
    NO_SAM = "no-sam"
    SAM_REFUSED = "sam-refused"
    SAM_LOCKED = "sam-locked"
    SAM_SILENT = "sam-silent"


STATUSES = {
    Kind.PHOTO_COPIED: None,
    Kind.UNKNOWN: None,
    Kind.NOT_A_KTP: None,
    Kind.BANK_CARD: None,
    Kind.TRAVEL_DOCUMENT: None,
    Kind.FILE_CARD: None,
    Kind.TAG: None,
    Kind.GARBAGE: None,
    Kind.NOT_ACTIVATED: "not-activated",
    Kind.BLOCKED: "blocked",
    Kind.LOST: "lost",
    Kind.RECORDED_DAMAGED: "damaged",
    Kind.REPLACED: "replaced",
}
"""What a registry should know of a card; of all other kinds: active. None: nothing."""

_FOREIGN: dict[Kind, Callable[..., ForeignChip]] = {
    Kind.NOT_A_KTP: ForeignChip,
    Kind.BANK_CARD: BankCard,
    Kind.TRAVEL_DOCUMENT: TravelDocument,
    Kind.FILE_CARD: FileCard,
    Kind.TAG: Tag,
    Kind.GARBAGE: GarbageChip,
}
_TYPE_B = frozenset({Kind.TYPE_B, Kind.TYPE_B_OTHER})
_DAMAGED = {
    Kind.DAMAGED_FILE: {FileId.PHOTO: _DAMAGED_FROM},
    Kind.DAMAGED_CONTROL: {FileId.CONTROL: 0},
    Kind.DAMAGED_BIODATA: {FileId.BIODATA: 100},
    Kind.DAMAGED_SIGNATURE: {FileId.SIGNATURE: 0},
    Kind.DAMAGED_FINGERS: {FileId.FINGER_1: 0, FileId.FINGER_2: 0},
}
_TRAITS = {
    Kind.TYPE_B_OTHER: Traits(uid_instruction=0xDF),
    Kind.SMALL_CHUNKS: Traits(most_plain=112, most_protected=0x60),
}

# Commands that a card answers which is pulled out in mid-read: UID, selects, control data, some of the photo.
_LEAVES_AFTER = {Kind.REMOVED: 6, Kind.REMOVED_AT_ONCE: 0}
# A healthy card answers 24 commands, so that this one takes longer than the 20 s of a reading.
_SECONDS_A_COMMAND = {Kind.SLOW: 1.2}


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedCard:
    """A card and how it behaves in the field."""

    kind: Kind
    chip: Chip
    uid: bytes
    """7 bytes, the first of them 04; of type B, 8."""
    resident: Resident
    leaves_after: int | None = None
    """It is pulled out after so many commands."""
    seconds_a_command: float = 0.0
    """How long it thinks before each answer."""

    @property
    def status(self) -> str | None:
        """What a registry should know of it; None: nothing."""
        return STATUSES.get(self.kind, "active")


def make_card(
    kind: Kind, number: int, *, seed: int, issuer: Issuer, other: Issuer, traits: Traits | None = None
) -> SimulatedCard:
    """Returns the card of that number, with its own UID and resident.

    The same seed and number give the same UID, resident and files; `other` is an issuer that nobody trusts,
    `traits` are a KTP-el's where they should not be those of its kind.
    """
    length = 7 if kind in _TYPE_B else 6
    uid = b"\x04" + shake_256(f"uid/{seed}/{number}".encode()).digest(length)
    person = resident(number, seed=seed)
    chip: Chip
    if kind in {Kind.MUTE, Kind.MUTE_UNPROVEN}:
        chip = MuteChip()
    elif kind in _FOREIGN:
        chip = _FOREIGN[kind](uid=uid)
    else:
        maker = other if kind is Kind.OTHER_ISSUER else issuer
        signer = other if kind is Kind.WRONG_ISSUER else maker
        traits = traits or _TRAITS.get(kind, Traits())
        chip = _ktp(kind, uid, person, issuer=maker, signer=signer, traits=traits)
    return SimulatedCard(
        kind=kind,
        chip=chip,
        uid=uid,
        resident=person,
        leaves_after=_LEAVES_AFTER.get(kind),
        seconds_a_command=_SECONDS_A_COMMAND.get(kind, 0.0),
    )


def _ktp(
    kind: Kind, uid: bytes, person: Resident, *, issuer: Issuer, signer: Issuer, traits: Traits
) -> KtpCard:
    uid8 = uid.rjust(8, b"\x80")
    length = _SHORT_CONTROL_LENGTH if kind is Kind.SHORT_CONTROL else _CONTROL_LENGTH
    control = shake_256(b"control/" + uid).digest(length)
    fields = list(person.fields)
    if kind is Kind.NIK_DIFFERS:
        fields[biodata.BORN] = _corrected(fields[biodata.BORN])
    text = biodata.write(fields)
    if kind is Kind.MALFORMED_BIODATA:
        text = text.replace(b'",', b'"', 1)
    files = _files(person, text, control=control, file_key=issuer.file_key(uid8=uid8), signer=signer)
    keys = issuer.card_keys(uid8=uid8, control=control)
    if kind is Kind.PHOTO_COPIED:
        plain = {file_id: file for file_id, file in files.items() if file_id in PLAIN}
        return KtpCard(uid=uid, files=plain, keys=None)
    if kind is Kind.DATA_ALTERED:
        fields[biodata.NAME] = "NAMA LAIN"
        files |= {FileId.BIODATA: with_length(biodata.write(fields))}
    return KtpCard(uid=uid, files=files, keys=keys, damaged=_DAMAGED.get(kind), traits=traits)


def _corrected(born: str) -> str:
    """Another year of birth, as after a correction: the NIK stays as it is."""
    return f"{born[:-1]}{(int(born[-1]) + 1) % 10}"


def _files(
    person: Resident, text: bytes, *, control: bytes, file_key: bytes, signer: Issuer
) -> dict[FileId, bytes]:
    text = with_length(text)
    photo = with_length(portrait(seed=person.nik))
    files = {
        FileId.CONTROL: with_length(control),
        FileId.BIODATA: text,
        FileId.PHOTO: photo,
        FileId.SIGNATURE: sign(signer.signing_key, biodata_file=text, photo_file=photo),
    }
    enciphered = {
        FileId.HANDWRITING: handwriting(seed=person.nik),
        FileId.FINGER_1: template(seed=person.nik, position=RIGHT_INDEX),
        FileId.FINGER_2: template(seed=person.nik, position=LEFT_INDEX),
    }
    for file_id, content in enciphered.items():
        files[file_id] = encipher(file_key, file_id, with_length(content))
    return files
