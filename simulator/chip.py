"""What a reader can power and talk to: a card's chip or a SAM."""

from functools import reduce
from operator import xor
from typing import Protocol

from simulator.apdu import AS_MUCH_AS_THERE_IS
from simulator.status_words import SUCCESS, WRONG_LENGTH


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
