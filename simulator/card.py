"""The chip of a KTP-el: its files and its commands."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.apdu import AS_MUCH_AS_THERE_IS, Command, parse
from simulator.card_authentication import (
    CHALLENGE_LENGTH,
    HALF_LENGTH,
    TOKEN_LENGTH,
    CardKeys,
    Token,
    seal,
    session_keys,
    unseal,
)
from simulator.chip import contactless_atr, uid_answer
from simulator.files import APPLICATION, MASTER_FILE, PLAIN, FileId
from simulator.secure_messaging import LONGEST_DATA, PROTECTED_CLASS, Response, SecureChannel
from simulator.status_words import (
    END_OF_FILE,
    FILE_NOT_FOUND,
    MAY_BE_CORRUPTED,
    NO_CURRENT_FILE,
    NOT_SECURED,
    OUT_OF_ORDER,
    SUCCESS,
    UNKNOWN_CLASS,
    UNKNOWN_INSTRUCTION,
    VERIFICATION_FAILED,
    WRONG_LENGTH,
    WRONG_OFFSET,
    WRONG_PARAMETERS,
    RefusedError,
)

TYPE_A_UID = 7
_SHORT_FILE_IDENTIFIER = 0x80
_AVAILABLE = 0x6C
# Public sources name two commands for the UID of a type B card; each with its own Le.
_UID_EXPECTED = {0xDD: 8, 0xDF: AS_MUCH_AS_THERE_IS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """Ways in which cards differ that public sources leave open."""

    uid_instruction: int = 0xDD
    """Which of the two commands gives the UID of a type B card."""
    most_plain: int = AS_MUCH_AS_THERE_IS
    """Bytes that READ BINARY gives at once."""
    most_protected: int = LONGEST_DATA
    """And under secure messaging."""
    too_much: bytes | None = WRONG_LENGTH
    """What READ BINARY says where more is asked for (6Cxx with what there is); None: it gives what it can."""
    past_the_end: bytes | None = None
    """What it says where the file ends before; None: it gives what there is, with 6282 unless Le is 00."""


class KtpCard:
    """A KTP-el, sans-I/O: commands in, answers out.

    Args:
        uid: 7 bytes of a type A card, 8 of a type B card.
        files: What is on the card, with the length bytes.
        keys: The issuer's keys for this card. A copy has none: it waves every authentication through, as
            whoever made it would want, and cannot answer it.
        damaged: For a damaged file, the offset from which its content can no longer be relied on.
        traits: Ways in which cards differ that public sources leave open.
    """

    def __init__(
        self,
        *,
        uid: bytes,
        files: Mapping[FileId, bytes],
        keys: CardKeys | None,
        damaged: Mapping[FileId, int] | None = None,
        traits: Traits = Traits(),
    ) -> None:
        self.uid = uid
        self.atr = contactless_atr(uid[-4:])
        self._files = files
        self._keys = keys
        self._damaged = damaged or {}
        self._traits = traits
        self.reset()

    @property
    def lengths(self) -> dict[FileId, int]:
        """The bytes of each file, with the length bytes."""
        return {file_id: len(file) for file_id, file in self._files.items()}

    def reset(self) -> None:
        """Forgets the selected file, the challenge and the session, as on every power-on."""
        self._application_selected = False
        self._selected: FileId | None = None
        self._challenge: bytes | None = None
        self._channel: SecureChannel | None = None

    def respond(self, command: bytes) -> bytes:
        """Returns the answer, at least a status word, to any bytes whatever."""
        try:
            return self._respond(parse(command))
        except RefusedError as refusal:
            return refusal.status

    def _respond(self, command: Command) -> bytes:
        match command.cla, command.ins:
            case 0xFF, 0xCA:
                return uid_answer(self._uid_for_the_reader(), command.expected)
            case 0x00, (0xDD | 0xDF) as instruction:
                return self._give_uid(instruction, command.expected)
            case 0x00, 0x84:
                return self._give_challenge(command)
            case 0x00, 0x82:
                return self._authenticate(command)
            case 0x00, _:
                data, status = self._serve(command, protected=False)
                return data + status
            case (cla, _) if cla == PROTECTED_CLASS:
                return self._serve_protected(command)
            case _:
                raise RefusedError(UNKNOWN_CLASS)

    def _uid_for_the_reader(self) -> bytes:
        """What the reader's own command gives: of a type B card only its pseudo-unique identifier."""
        return self.uid if len(self.uid) == TYPE_A_UID else self.uid[-4:]

    def _give_uid(self, instruction: int, expected: int | None) -> bytes:
        if len(self.uid) == TYPE_A_UID or instruction != self._traits.uid_instruction:
            raise RefusedError(UNKNOWN_INSTRUCTION)
        if expected != _UID_EXPECTED[instruction]:
            raise RefusedError(WRONG_LENGTH)
        return self.uid + SUCCESS

    def _give_challenge(self, command: Command) -> bytes:
        if command.expected != CHALLENGE_LENGTH:
            raise RefusedError(WRONG_LENGTH)
        self._challenge = secrets.token_bytes(CHALLENGE_LENGTH)
        return self._challenge + SUCCESS

    def _authenticate(self, command: Command) -> bytes:
        challenge, self._challenge, self._channel = self._challenge, None, None
        if len(command.data) != TOKEN_LENGTH:
            raise RefusedError(WRONG_LENGTH)
        if challenge is None:
            raise RefusedError(OUT_OF_ORDER)
        if self._keys is None:
            return secrets.token_bytes(TOKEN_LENGTH) + SUCCESS
        token = unseal(self._keys, command.data)
        if token is None or token.other != challenge:
            raise RefusedError(VERIFICATION_FAILED)
        half = secrets.token_bytes(HALF_LENGTH)
        self._channel = SecureChannel(session_keys(sam_half=token.half, card_half=half))
        return seal(self._keys, Token(other=token.own, own=challenge, half=half)) + SUCCESS

    def _serve_protected(self, wrapped: Command) -> bytes:
        if self._channel is None:
            raise RefusedError(OUT_OF_ORDER)
        try:
            command = self._channel.unwrap_command(wrapped)
        except RefusedError:
            self._channel = None
            raise
        try:
            data, status = self._serve(command, protected=True)
        except RefusedError as refusal:
            data, status = b"", refusal.status
        return self._channel.wrap_response(Response(data, status, self._selected or 0))

    def _serve(self, command: Command, *, protected: bool) -> tuple[bytes, bytes]:
        match command.ins:
            case 0xA4:
                self._select(command)
                return b"", SUCCESS
            case 0xB0:
                return self._read(command, protected=protected)
            case _:
                raise RefusedError(UNKNOWN_INSTRUCTION)

    def _select(self, command: Command) -> None:
        if command.p1p2 not in {0x0000, 0x000C}:
            raise RefusedError(WRONG_PARAMETERS)
        name = int.from_bytes(command.data, "big")
        if name in {MASTER_FILE, APPLICATION}:
            self._application_selected = name == APPLICATION
            self._selected = None
        elif self._application_selected and name in self._files:
            self._selected = FileId(name)
        else:
            raise RefusedError(FILE_NOT_FOUND)

    def _read(self, command: Command, *, protected: bool) -> tuple[bytes, bytes]:
        most = self._traits.most_protected if protected else self._traits.most_plain
        if command.expected is None:
            raise RefusedError(WRONG_LENGTH)
        if command.expected > most and self._traits.too_much is not None:
            raise RefusedError(_with_available(self._traits.too_much, most))
        if command.p1 & _SHORT_FILE_IDENTIFIER:
            raise RefusedError(WRONG_PARAMETERS)
        if self._selected is None:
            raise RefusedError(NO_CURRENT_FILE)
        if not protected and self._selected not in PLAIN:
            raise RefusedError(NOT_SECURED)
        file, start = self._files[self._selected], command.p1p2
        if start >= len(file):
            raise RefusedError(WRONG_OFFSET)
        end = start + min(command.expected, most)
        if end > len(file) and self._traits.past_the_end is not None:
            raise RefusedError(_with_available(self._traits.past_the_end, len(file) - start))
        part = file[start:end]
        sound_until = self._damaged.get(self._selected)
        if sound_until is not None and end > sound_until:
            sound = max(0, sound_until - start)
            return part[:sound] + bytes(len(part) - sound), MAY_BE_CORRUPTED
        at_end = end > len(file) and command.expected < AS_MUCH_AS_THERE_IS
        return part, END_OF_FILE if at_end else SUCCESS


def _with_available(status: bytes, available: int) -> bytes:
    """6Cxx says in xx how many bytes may be asked for."""
    return bytes((_AVAILABLE, available % AS_MUCH_AS_THERE_IS)) if status[0] == _AVAILABLE else status
