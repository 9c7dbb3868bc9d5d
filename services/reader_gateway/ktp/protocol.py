"""The words between a dialogue and whoever carries it out (pcscd, a transcript, a fuzzer).

A dialogue is a generator: it yields `ToCard` or `ToSam` and is sent the `Response`. What goes wrong on the
way is thrown into it as one of the exceptions below.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from reader_gateway.ktp.apdu import Response


@dataclass(frozen=True, slots=True)
class ToCard:
    """A command for the card."""

    command: bytes


@dataclass(frozen=True, slots=True)
class ToSam:
    """A command for the SAM."""

    command: bytes
    counts_a_try: bool = False
    """It tries a secret, and a SAM locks after a few wrong ones: what was refused must not be sent again."""


class CardLeft(Exception):
    """The card is not in the field any more, or answers no more."""


class ReaderGone(CardLeft):
    """The reader itself went, or the card daemon did."""


class SamAway(Exception):
    """There is no SAM in its slot."""


class SamSilent(SamAway):
    """There is one, and it does not answer."""


class SamBusy(Exception):
    """The SAMs that this reader may use are all in use, and none became free in time."""


class SamBroken(Exception):
    """What the SAM gave is no answer, or no command where it was to give one: the card has no part in it."""


class TooSlow(Exception):
    """The reading took longer than a card is held."""


Said = TypeVar("Said")
Dialogue = Generator[ToCard | ToSam, Response, Said]
