"""Card and SAM authenticate each other; the gateway carries bytes that mean nothing to it."""

from dataclasses import dataclass

from reader_gateway.ktp.apdu import command
from reader_gateway.ktp.plain_files import CONTROL_LENGTHS
from reader_gateway.ktp.protocol import Dialogue, ToCard, ToSam

_CHALLENGE = 8
_TOKEN = 40
_UID = 8
_LOCKED = frozenset({0x6983, 0x63C0})
"""ISO/IEC 7816-4: authentication method blocked; no further tries allowed."""


class SamRefused(Exception):
    """The SAM does not open: wrong secrets, or another institution's."""


class SamLocked(SamRefused):
    """The SAM takes no more tries: its owner has to have it unlocked."""


class NotAuthentic(Exception):
    """Card and SAM did not authenticate each other."""


@dataclass(frozen=True, slots=True)
class SamSecrets:
    """What the SAM's owner opens it with: PCID (16 bytes) and CONF (32 bytes)."""

    pcid: bytes
    conf: bytes

    def opening(self) -> bytes:
        """PCID exclusive-or each half of CONF."""
        return bytes(a ^ b for a, b in zip(self.pcid * 2, self.conf, strict=True))


def open_sam(secrets: SamSecrets) -> Dialogue[None]:
    """Open the SAM and reset its state. Raises SamRefused or SamLocked."""
    opened = yield ToSam(command(0xF0, data=secrets.opening()), counts_a_try=True)
    if opened.status in _LOCKED:
        raise SamLocked
    if not opened.is_success:
        raise SamRefused
    ready = yield ToSam(command(0xFF, expected=256))
    if not ready.is_success:
        raise SamRefused


def authenticate(*, control: bytes, uid: bytes) -> Dialogue[None]:
    """Challenge, external authenticate, and the SAM's check of the card's answer. Raises NotAuthentic.

    The SAM wants 8 bytes of UID: those of type A are held as 80 and 7 bytes.
    """
    uid = uid.rjust(_UID, b"\x80")
    challenge = yield ToCard(command(0x84, expected=_CHALLENGE))
    if not challenge.is_success or len(challenge.data) != _CHALLENGE:
        raise NotAuthentic
    long = 0x01 if len(control) == CONTROL_LENGTHS[0] else 0x00
    token = yield ToSam(command(0xF1, 0x00, long, control + uid + challenge.data))
    if not token.is_success or len(token.data) != _TOKEN:
        raise NotAuthentic
    proof = yield ToCard(command(0x82, data=token.data))
    if not proof.is_success or len(proof.data) != _TOKEN:
        raise NotAuthentic
    checked = yield ToSam(command(0xF2, data=proof.data))
    if not checked.is_success:
        raise NotAuthentic
