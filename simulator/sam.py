"""The simulated SAM: its owner opens it, it authenticates a card and does all cryptography with it."""

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.apdu import Command, parse
from simulator.card_authentication import (
    CHALLENGE_LENGTH,
    HALF_LENGTH,
    CardKeys,
    Token,
    seal,
    session_keys,
    unseal,
)
from simulator.enciphered_files import apply_cipher
from simulator.files import ENCIPHERED, FileId
from simulator.issuer import Issuer
from simulator.secure_messaging import SecureChannel
from simulator.signature_check import SignatureCheck
from simulator.status_words import (
    BLOCKED,
    NOT_SECURED,
    OUT_OF_ORDER,
    SIGNATURE_INVALID,
    SUCCESS,
    UNKNOWN_CLASS,
    UNKNOWN_INSTRUCTION,
    VERIFICATION_FAILED,
    WRONG_LENGTH,
    WRONG_PARAMETERS,
    RefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

OPENING_TRIES = 3

_UID_LENGTH = 8
# The length of the card control data, by P2 of the command that brings it.
_CONTROL_LENGTHS = {0x00: 29, 0x01: 51}


@dataclass(frozen=True, slots=True)
class _Approach:
    """An authentication under way: the SAM has spoken, the card has not answered yet."""

    uid8: bytes
    keys: CardKeys
    sent: Token


@dataclass(slots=True)
class _Session:
    """An authenticated card."""

    channel: SecureChannel
    file_key: bytes
    last_command: Command | None = None
    check: SignatureCheck | None = None
    deciphering: bool = False


class Sam:
    """A SAM, sans-I/O: commands in, answers out.

    Args:
        issuer: Whose cards it knows.
        pcid: 16 bytes, and
        conf: 32 bytes: the secrets that its owner opens it with.
        tries_left: Wrong openings that it still takes; with none it is locked.
    """

    atr = bytes.fromhex("3B800181")

    def __init__(self, issuer: Issuer, *, pcid: bytes, conf: bytes, tries_left: int = OPENING_TRIES) -> None:
        self._issuer = issuer
        self._pcid, self._conf = pcid, conf
        self._opening = b"".join(
            bytes(a ^ b for a, b in zip(pcid, half, strict=True)) for half in (conf[:16], conf[16:])
        )
        self._serial = secrets.token_bytes(_UID_LENGTH)
        self._tries_left = tries_left
        self._commands: dict[int, Callable[[Command], bytes]] = {
            0xF0: self._open,
            0xF1: self._approach_card,
            0xF2: self._check_card,
            0xF3: self._wrap,
            0xF4: self._unwrap,
            0xF7: lambda _: self._serial,
            0xF8: lambda _: b"",
            0xFA: self._check_signature,
            0xFF: self._forget_card,
        }
        self.reset()

    def of_another_institution(self) -> "Sam":
        """Returns a SAM of the same issuer that opens with the secrets of another owner."""
        return Sam(self._issuer, pcid=secrets.token_bytes(len(self._pcid)), conf=self._conf)

    def locked(self) -> "Sam":
        """Returns the same SAM as it is after too many wrong openings."""
        return Sam(self._issuer, pcid=self._pcid, conf=self._conf, tries_left=0)

    def reset(self) -> None:
        """Forgets that it was opened, and the card, as on every power-on. Wrong openings stay counted."""
        self._opened = False
        self._approach: _Approach | None = None
        self._session: _Session | None = None

    def respond(self, command: bytes) -> bytes:
        """Returns the answer, at least a status word, to any bytes whatever."""
        try:
            return self._respond(parse(command)) + SUCCESS
        except RefusedError as refusal:
            return refusal.status

    def _respond(self, command: Command) -> bytes:
        if command.cla != 0:
            raise RefusedError(UNKNOWN_CLASS)
        serve = self._commands.get(command.ins)
        if serve is None:
            raise RefusedError(UNKNOWN_INSTRUCTION)
        if not self._opened and serve != self._open:
            raise RefusedError(NOT_SECURED)
        return serve(command)

    def _open(self, command: Command) -> bytes:
        if len(command.data) != len(self._opening):
            raise RefusedError(WRONG_LENGTH)
        if not self._tries_left:
            raise RefusedError(BLOCKED)
        self._opened = hmac.compare_digest(command.data, self._opening)
        if not self._opened:
            self._tries_left -= 1
            raise RefusedError(VERIFICATION_FAILED)
        self._tries_left = OPENING_TRIES
        return b""

    def _forget_card(self, _: Command) -> bytes:
        self._approach = self._session = None
        return b""

    def _approach_card(self, command: Command) -> bytes:
        self._approach = self._session = None
        control_length = _CONTROL_LENGTHS.get(command.p2)
        if control_length is None:
            raise RefusedError(WRONG_PARAMETERS)
        if len(command.data) != control_length + _UID_LENGTH + CHALLENGE_LENGTH:
            raise RefusedError(WRONG_LENGTH)
        control = command.data[:control_length]
        uid8 = command.data[control_length:-CHALLENGE_LENGTH]
        token = Token(
            other=command.data[-CHALLENGE_LENGTH:],
            own=secrets.token_bytes(CHALLENGE_LENGTH),
            half=secrets.token_bytes(HALF_LENGTH),
        )
        keys = self._issuer.card_keys(uid8=uid8, control=control)
        self._approach = _Approach(uid8, keys, token)
        return seal(keys, token)

    def _check_card(self, command: Command) -> bytes:
        approach, self._approach = self._approach, None
        if approach is None:
            raise RefusedError(OUT_OF_ORDER)
        answer = unseal(approach.keys, command.data)
        if answer is None or (answer.other, answer.own) != (approach.sent.own, approach.sent.other):
            raise RefusedError(VERIFICATION_FAILED)
        keys = session_keys(sam_half=approach.sent.half, card_half=answer.half)
        self._session = _Session(SecureChannel(keys), self._issuer.file_key(uid8=approach.uid8))
        return b""

    def _wrap(self, command: Command) -> bytes:
        session = self._authenticated()
        session.last_command = parse(command.data)
        return session.channel.wrap_command(session.last_command)

    def _unwrap(self, command: Command) -> bytes:
        session = self._authenticated()
        asked, session.last_command = session.last_command, None
        if asked is None:
            raise RefusedError(OUT_OF_ORDER)
        try:
            response = session.channel.unwrap_response(command.data)
        except RefusedError:
            self._session = None
            raise
        data = response.data
        if response.file_id == FileId.BIODATA and session.check and data:
            session.check.see_biodata(asked.p1p2, data)
        if response.file_id in ENCIPHERED and session.deciphering:
            data = apply_cipher(session.file_key, FileId(response.file_id), asked.p1p2, data)
        return data + response.status

    def _check_signature(self, command: Command) -> bytes:
        session = self._authenticated()
        match command.p1:
            case 0x00:
                session.check = SignatureCheck(self._issuer.public_key())
            case 0x02:
                session.deciphering = False
            case 0x05:
                session.deciphering = True
            case 0x03:
                self._started(session).give_photo(command.data)
            case 0x04:
                if not self._started(session).holds():
                    raise RefusedError(SIGNATURE_INVALID)
            case 0x06:
                self._started(session).give_signature(command.data)
            case _:
                raise RefusedError(WRONG_PARAMETERS)
        return b""

    def _authenticated(self) -> _Session:
        if self._session is None:
            raise RefusedError(OUT_OF_ORDER)
        return self._session

    def _started(self, session: _Session) -> SignatureCheck:
        if session.check is None:
            raise RefusedError(OUT_OF_ORDER)
        return session.check
