"""What a reader can power and talk to: a card's chip or a SAM, and chips that are no KTP-el."""

from functools import reduce
from operator import xor
from typing import Protocol

from simulator.apdu import AS_MUCH_AS_THERE_IS, parse
from simulator.status_words import (
    FILE_NOT_FOUND,
    SUCCESS,
    UNKNOWN_CLASS,
    UNKNOWN_INSTRUCTION,
    WRONG_LENGTH,
    RefusedError,
)


class Chip(Protocol):
    """Something in a slot."""

    @property
    def atr(self) -> bytes:
        """The answer to a reset."""

    def reset(self) -> None:
        """Forgets what the last power-on brought about."""

    def respond(self, command: bytes) -> bytes:
        """Returns the answer, at least a status word, to any bytes whatever."""


def contactless_atr(historical: bytes) -> bytes:
    """Returns the ATR that a reader makes up for a card from its historical bytes (PC/SC part 3)."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    return b"\x3b" + body + bytes((reduce(xor, body),))


def uid_answer(uid: bytes, expected: int | None) -> bytes:
    """Returns the answer to the PC/SC command that asks for a card's UID; a real reader answers it itself."""
    if expected in {AS_MUCH_AS_THERE_IS, len(uid)}:
        return uid + SUCCESS
    return WRONG_LENGTH


class ForeignChip:
    """A chip card that is no KTP-el: it answers, but does not have the KTP-el application."""

    def __init__(self, *, uid: bytes) -> None:
        self._uid = uid
        self.atr = contactless_atr(b"\x80\x31\xc0\x64")

    def reset(self) -> None:
        """Does nothing: there is nothing to forget."""

    def respond(self, command: bytes) -> bytes:
        """Returns its UID, and knows no file."""
        try:
            asked = parse(command)
        except RefusedError as refusal:
            return refusal.status
        match asked.cla, asked.ins:
            case 0xFF, 0xCA:
                return uid_answer(self._uid, asked.expected)
            case 0x00, 0xA4:
                return FILE_NOT_FOUND
            case 0x00, _:
                return UNKNOWN_INSTRUCTION
            case _:
                return UNKNOWN_CLASS


class MuteChip(ForeignChip):
    """A chip that is in the field and never becomes ready.

    pcscd calls a card mute when powering it fails, and vpcd's driver fails it for an answer to reset that is
    longer than the 33 bytes that ISO/IEC 7816-3 allows. An empty answer would mean that no card is there.
    """

    def __init__(self) -> None:
        super().__init__(uid=b"")
        self.atr = bytes(34)
