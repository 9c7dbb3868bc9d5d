"""The kinds of simulated cards, and how each is made."""

import random
from dataclasses import dataclass, replace
from enum import StrEnum

from simulator import biodata
from simulator.card import KtpCard
from simulator.chip import Chip, ForeignChip, MuteChip
from simulator.files import FileId, with_length
from simulator.issuer import Issuer
from simulator.portrait import portrait
from simulator.residents import Resident, resident
from simulator.signature_file import sign

_CONTROL_LENGTH = 51
_LEAVES_AFTER = 8
"""Commands that a card answers which is pulled out in mid-read: identify, select, control, and some photo."""
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


STATUSES = {Kind.UNKNOWN: None, Kind.NOT_ACTIVATED: "not-activated", Kind.BLOCKED: "blocked"}
"""What a registry should know of a card; of all other kinds: active. None: nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedCard:
    """A card and how it behaves in the field."""

    kind: Kind
    chip: Chip
    uid: bytes
    resident: Resident
    leaves_after: int | None = None
    """It is pulled out after so many commands."""

    @property
    def status(self) -> str | None:
        """What a registry should know of it; None: nothing."""
        return STATUSES.get(self.kind, "active")


def make_card(kind: Kind, number: int, *, seed: int, issuer: Issuer, other: Issuer) -> SimulatedCard:
    """The card of that number, with its own UID and resident; `other` is an issuer that nobody trusts."""
    person = resident(number, seed=seed)
    uid = b"\x04" + random.Random(f"uid/{seed}/{number}").randbytes(6)  # noqa: S311  an invented UID
    card = SimulatedCard(kind=kind, chip=MuteChip(), uid=uid, resident=person)
    match kind:
        case Kind.MUTE | Kind.MUTE_UNPROVEN:
            return card
        case Kind.NOT_A_KTP:
            return replace(card, chip=ForeignChip(uid=uid))
        case Kind.REMOVED:
            return replace(card, chip=_ktp(card, seed, issuer, signer=issuer), leaves_after=_LEAVES_AFTER)
        case Kind.WRONG_ISSUER:
            return replace(card, chip=_ktp(card, seed, issuer, signer=other))
        case _:
            return replace(card, chip=_ktp(card, seed, issuer, signer=issuer))


def _ktp(card: SimulatedCard, seed: int, issuer: Issuer, *, signer: Issuer) -> KtpCard:
    control = random.Random(f"control/{seed}/{card.uid.hex()}").randbytes(_CONTROL_LENGTH)  # noqa: S311  no secret
    photo = with_length(portrait(seed=card.resident.nik))
    text = with_length(biodata.write(card.resident.fields))
    signature = sign(signer.signing_key, biodata_file=text, photo_file=photo)
    if card.kind is Kind.DATA_ALTERED:
        altered = (
            *card.resident.fields[: biodata.NAME],
            "NAMA LAIN",
            *card.resident.fields[biodata.NAME + 1 :],
        )
        text = with_length(biodata.write(altered))
    keys = issuer.card_keys(uid8=b"\x80" + card.uid, control=control)
    return KtpCard(
        uid=card.uid,
        files={
            FileId.CONTROL: with_length(control),
            FileId.PHOTO: photo,
            FileId.BIODATA: text,
            FileId.SIGNATURE: signature,
        },
        keys=None if card.kind is Kind.PHOTO_COPIED else keys,
        damaged={FileId.PHOTO: _DAMAGED_FROM} if card.kind is Kind.DAMAGED_FILE else None,
    )
