"""The words between a dialogue and whoever carries it out (pcscd, a transcript, a fuzzer).

A dialogue is a generator: it yields `ToCard` or `ToSam` and is sent the `Response`. What goes wrong on the
way is thrown into it as one of the exceptions below.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from reader_gateway.apdu import Response


@dataclass(frozen=True, slots=True)
class ToCard:
    """A command for the card."""

    command: bytes


@dataclass(frozen=True, slots=True)
class ToSam:
    """A command for the SAM."""

    command: bytes


class CardLeft(Exception):
    """The card is not in the field any more, or answers no more."""


class SamAway(Exception):
    """There is no SAM in its slot."""


Said = TypeVar("Said")
Dialogue = Generator[ToCard | ToSam, Response, Said]
