"""The kinds of simulated cards, and how each is made."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import shake_256

from simulator import biodata
from simulator.card import KtpCard
from simulator.chip import Chip, ForeignChip, MuteChip
from simulator.enciphered_files import encipher
from simulator.files import PLAIN, FileId, with_length
from simulator.fingerprints import LEFT_INDEX, RIGHT_INDEX, handwriting, template
from simulator.issuer import Issuer
from simulator.portrait import portrait
from simulator.residents import Resident, resident
from simulator.signature_file import sign

_CONTROL_LENGTH = 51
# Commands that a card answers which is pulled out in mid-read: UID, selects, control data, some of the photo.
_LEAVES_AFTER = 8
_DAMAGED_FROM = 600


class Kind(StrEnum):
    """What a simulated card is like."""

    HEALTHY = "healthy"
    PHOTO_COPIED = "photo-copied"
    DATA_ALTERED = "data-altered"
    WRONG_ISSUER = "wrong-issuer"
    NOT_ACTIVATED = "not-activated"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    NOT_A_KTP = "not-a-ktp"
    MUTE = "mute"
    MUTE_UNPROVEN = "mute-unproven"
    REMOVED = "removed"
    DAMAGED_FILE = "damaged-file"
    NO_SAM = "no-sam"


STATUSES = {
    Kind.PHOTO_COPIED: None,
    Kind.UNKNOWN: None,
    Kind.NOT_A_KTP: None,
    Kind.NOT_ACTIVATED: "not-activated",
    Kind.BLOCKED: "blocked",
}
"""What a registry should know of a card; of all other kinds: active. None: nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedCard:
    """A card and how it behaves in the field."""

    kind: Kind
    chip: Chip
    uid: bytes
    """7 bytes, the first of them 04."""
    resident: Resident
    leaves_after: int | None = None
    """It is pulled out after so many commands."""

    @property
    def status(self) -> str | None:
        """What a registry should know of it; None: nothing."""
        return STATUSES.get(self.kind, "active")


def make_card(kind: Kind, number: int, *, seed: int, issuer: Issuer, other: Issuer) -> SimulatedCard:
    """Returns the card of that number, with its own UID and resident.

    The same seed and number give the same UID, resident and files; `other` is an issuer that nobody trusts.
    """
    uid = b"\x04" + shake_256(f"uid/{seed}/{number}".encode()).digest(6)
    person = resident(number, seed=seed)
    chip: Chip
    match kind:
        case Kind.MUTE | Kind.MUTE_UNPROVEN:
            chip = MuteChip()
        case Kind.NOT_A_KTP:
            chip = ForeignChip(uid=uid)
        case _:
            chip = _ktp(
                kind, uid, person, issuer=issuer, signer=other if kind is Kind.WRONG_ISSUER else issuer
            )
    leaves_after = _LEAVES_AFTER if kind is Kind.REMOVED else None
    return SimulatedCard(kind=kind, chip=chip, uid=uid, resident=person, leaves_after=leaves_after)


def _ktp(kind: Kind, uid: bytes, person: Resident, *, issuer: Issuer, signer: Issuer) -> KtpCard:
    uid8 = b"\x80" + uid
    control = shake_256(b"control/" + uid).digest(_CONTROL_LENGTH)
    files = _files(person, control=control, file_key=issuer.file_key(uid8=uid8), signer=signer)
    keys = issuer.card_keys(uid8=uid8, control=control)
    match kind:
        case Kind.PHOTO_COPIED:
            plain = {file_id: file for file_id, file in files.items() if file_id in PLAIN}
            return KtpCard(uid=uid, files=plain, keys=None)
        case Kind.DATA_ALTERED:
            fields = list(person.fields)
            fields[biodata.NAME] = "NAMA LAIN"
            altered = files | {FileId.BIODATA: with_length(biodata.write(fields))}
            return KtpCard(uid=uid, files=altered, keys=keys)
        case Kind.DAMAGED_FILE:
            return KtpCard(uid=uid, files=files, keys=keys, damaged={FileId.PHOTO: _DAMAGED_FROM})
        case _:
            return KtpCard(uid=uid, files=files, keys=keys)


def _files(person: Resident, *, control: bytes, file_key: bytes, signer: Issuer) -> dict[FileId, bytes]:
    text = with_length(biodata.write(person.fields))
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
