"""What was measured, as it lies in bench/card.json."""

from msgspec import Struct


class Course(Struct, frozen=True, kw_only=True):
    """One reading over the radio."""

    commands: int
    """To the card, over the radio."""
    apdu_bytes: int
    """Of commands and answers."""
    air_bytes: int
    """The same in the blocks that carry them."""
    milliseconds: dict[int, float]
    """By bit rate in kbit/s."""


class Reading(Struct, frozen=True, kw_only=True):
    """A purpose, and a type of card."""

    purpose: str
    type: str
    sam_commands: int
    file_bytes: int
    """Of the needed files, with their lengths."""
    fewest_commands: int
    fewest_bytes: int
    """That have to cross for them."""
    largest_chunks: Course
    chunks_of_112: Course

    def ratio(self, course: Course, rate: int) -> float:
        """The time of a course to that in which the link carries the fewest bytes, 8 bits each."""
        return course.milliseconds[rate] / self.limit(self.fewest_bytes, rate)

    def ratio_to_files(self, rate: int) -> float:
        """The same to the bytes of the files alone, as if a card could be read without a word."""
        return self.largest_chunks.milliseconds[rate] / self.limit(self.file_bytes, rate)

    def limit(self, count: int, rate: int) -> float:
        """Milliseconds that so many bytes take, 8 bits each and nothing beside them."""
        return count * 8 / (BITS_A_MILLISECOND * rate / 106)


BITS_A_MILLISECOND = 13_560 / 128
"""At 106 kbit/s."""


class Figures(Struct, frozen=True, kw_only=True):
    """All of it."""

    files: dict[str, int]
    """The card's files and their bytes."""
    readings: tuple[Reading, ...]
