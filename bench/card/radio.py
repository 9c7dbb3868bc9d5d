"""The radio link between a reader and a card, in bits and microseconds.

What is reckoned, from ISO/IEC 14443:

- part 2: the bit rates fc/128, fc/64, fc/32 and fc/16 of a carrier fc of 13.56 MHz, called 106 to 848 kbit/s;
- part 3, type A: a byte is 8 bits and a parity bit, a frame adds a start and an end of one bit each; above
  106 kbit/s a card first sends 32 periods of its subcarrier (fc/16). Whoever answers waits at least 1236/fc,
  and a reader as much before its next frame;
- part 3, type B: a byte is a start bit, 8 bits and a stop bit, with no guard time between bytes; a frame
  begins with 12 bits and ends with 10; a card first sends 80 periods of its subcarrier, and a reader waits
  10 bits and 32 periods before its next frame;
- part 4: a block is a byte of protocol control, the data and two bytes of CRC, 256 bytes in all either way
  (FSD and FSC); a reader with one card in its field gives it no CID. What is longer is chained: each block
  but the last is acknowledged by an empty one;
- the card begins to answer 1 ms after the end of a command, and after the shortest delay within a chain.

Not reckoned: choosing the card (it lies before the moment in which pcscd reports it), repetitions, requests
for more time, the reader's own time and its cable, and what the SAM takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

CARRIER_HZ = 13.56e6
SUBCARRIER_HZ = CARRIER_HZ / 16
RATES = {106: CARRIER_HZ / 128, 212: CARRIER_HZ / 64, 424: CARRIER_HZ / 32, 848: CARRIER_HZ / 16}
"""Bits a second, by their name in kbit/s."""
FRAME = 256
"""Bytes of a block at most, in both directions."""
AROUND = 3
"""Bytes around the data of a block: protocol control, CRC."""
CARD_SECONDS = 0.001
BITS = 8


class Kind(StrEnum):
    """The two kinds of cards in the standard."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The lengths of a command and its answer, with the status word, in bytes."""

    command: int
    answer: int

    @property
    def total(self) -> int:
        """Bytes both ways."""
        return self.command + self.answer


@dataclass(frozen=True, slots=True)
class Link:
    """A card's link at a bit rate."""

    kind: Kind
    rate: float
    """Bits a second."""

    def seconds(self, exchange: Exchange) -> float:
        """From the first bit of a command to the moment in which the next may begin."""
        *chained, last = _blocks(exchange.command)
        asking = sum(self._asked(block) + self._shortest + self._answered(AROUND) for block in chained)
        asking += self._reader_waits * len(chained) + self._asked(last)
        *chained, last = _blocks(exchange.answer)
        answering = sum(self._answered(block) + self._reader_waits + self._asked(AROUND) for block in chained)
        answering += self._shortest * len(chained) + self._answered(last)
        return asking + CARD_SECONDS + answering + self._reader_waits

    def _asked(self, length: int) -> float:
        bits = 9 * length + 2 if self.kind is Kind.A else 10 * length + 22
        return bits / self.rate

    def _answered(self, length: int) -> float:
        fast = 0 if self.rate == RATES[106] else 32
        periods = fast if self.kind is Kind.A else 80
        return periods / SUBCARRIER_HZ + self._asked(length)

    @property
    def _shortest(self) -> float:
        """Before a card's block within a chain."""
        return 1236 / CARRIER_HZ if self.kind is Kind.A else 64 / SUBCARRIER_HZ

    @property
    def _reader_waits(self) -> float:
        return 1236 / CARRIER_HZ if self.kind is Kind.A else 10 / self.rate + 32 / SUBCARRIER_HZ


def on_the_air(exchange: Exchange) -> int:
    """Bytes of all blocks of an exchange, acknowledgements included."""
    blocks = [*_blocks(exchange.command), *_blocks(exchange.answer)]
    return sum(blocks) + AROUND * (len(blocks) - 2)


def _blocks(length: int) -> Iterator[int]:
    """The lengths of the blocks that carry so many bytes."""
    most = FRAME - AROUND
    for at in range(0, length, most):
        yield min(most, length - at) + AROUND
