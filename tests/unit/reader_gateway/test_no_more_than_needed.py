"""No file is read that the purpose does not need, no byte twice, and in the largest chunks there are."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from reader_gateway.ktp.apdu import Response
from reader_gateway.ktp.protocol import ToSam
from reader_gateway.ktp.purpose_files import ALL, NEEDS, Needs
from reader_gateway.ktp.reading import Reading
from simulator.card import Traits
from simulator.kinds import Kind
from tests.unit.reader_gateway.terminal import Step, card, read

PLAIN = {"6FF0", "6FF2"}
RECORD = PLAIN | {"6FF1", "6FF6"}
FINGERS = {"6FF4", "6FF5"}
WAYS_TO_REFUSE = [bytes.fromhex(word) for word in ("6700", "6C00", "6B00", "6F00", "6A86", "6981")]
SELECT, READ = 0xA4, 0xB0
SHORT_BIODATA = next(
    number for number in range(100) if len(read(card(Kind.HEALTHY, number=number))[0].biodata or b"") < 206
)


def reads(steps: list[Step]) -> list[tuple[str, int, int]]:
    """File, offset and length of each READ BINARY, as the gateway asked before any wrapping."""
    found, selected = [], ""
    for step in steps:
        plain = step.command[5:] if isinstance(step, ToSam) and step.command[1] == 0xF3 else step.command
        if plain[0] or (isinstance(step, ToSam) and plain is step.command):
            continue
        if plain[1] == SELECT:
            selected = plain[5:7].hex().upper()
        elif plain[1] == READ:
            found.append((selected, int.from_bytes(plain[2:4], "big"), plain[4] or 256))
    return found


def same(reading: Reading, other: Reading) -> bool:
    """But for the signature, which is another whenever a card is made."""
    return replace(reading, signature_file=None) == replace(other, signature_file=None)


@pytest.mark.parametrize(
    ("needs", "files"),
    [
        (NEEDS["chip-check"], PLAIN),
        (NEEDS["record"], RECORD),
        (NEEDS["identify"], RECORD | FINGERS),
        (NEEDS["activate"], RECORD | FINGERS),
        (ALL, RECORD | FINGERS | {"6FF3"}),
    ],
)
def test_a_purpose_reads_its_files_and_no_other(needs: Needs, files: set[str]) -> None:
    reading, steps = read(card(Kind.HEALTHY), needs=needs)
    assert {file for file, _, _ in reads(steps)} == files
    assert {file.file for file in reading.files if file.state == "read"} == files
    assert len(reading.files) == len(files)


@pytest.mark.parametrize("kind", [Kind.HEALTHY, Kind.TYPE_B, Kind.SHORT_CONTROL])
@pytest.mark.parametrize("number", [1, SHORT_BIODATA])
def test_no_byte_is_asked_for_twice_and_no_file_begun_twice(kind: Kind, number: int) -> None:
    _, steps = read(card(kind, number=number), needs=ALL)
    asked = reads(steps)
    for (file, at, count), (next_file, next_at, _) in pairwise(asked):
        assert next_at == (at + count if file == next_file else 0)
    blocks = Counter(file for file, at, _ in asked if at == 0)
    assert set(blocks.values()) == {1}


def test_the_chunks_are_the_largest_that_a_short_answer_holds() -> None:
    _, steps = read(card(Kind.HEALTHY), needs=ALL)
    asked = reads(steps)
    assert {count for file, _, count in asked[:-1] if file == "6FF2"} >= {256}
    assert [count for file, _, count in asked if file == "6FF3"] == [208, 208, 208, 208, 96]


@pytest.mark.parametrize("refuses", [*WAYS_TO_REFUSE, None])
@pytest.mark.parametrize(("most", "protected"), [(255, 0xD0), (112, 0x60), (100, 90), (16, 16)])
def test_a_card_that_gives_less_at_once_is_read_whole(
    refuses: bytes | None, most: int, protected: int
) -> None:
    small = card(Kind.HEALTHY, traits=Traits(most_plain=most, most_protected=protected, too_much=refuses))
    whole, small_reading = read(card(Kind.HEALTHY), needs=ALL)[0], read(small, needs=ALL)[0]
    assert same(small_reading, whole)


@pytest.mark.parametrize("refuses", [*WAYS_TO_REFUSE, None])
def test_what_one_file_found_out_the_next_uses(refuses: bytes | None) -> None:
    small = card(Kind.HEALTHY, traits=Traits(most_protected=0x60, too_much=refuses))
    asked = reads(read(small, needs=ALL)[1])
    for file in ("6FF3", "6FF4", "6FF5"):
        assert max(count for each, _, count in asked if each == file) == 0x60


@pytest.mark.parametrize("says", [*WAYS_TO_REFUSE, None])
@pytest.mark.parametrize("kind", [Kind.HEALTHY, Kind.SHORT_CONTROL])
def test_the_end_of_a_short_file_is_not_taken_for_the_largest_chunk(kind: Kind, says: bytes | None) -> None:
    strict = card(kind, number=SHORT_BIODATA, traits=Traits(past_the_end=says))
    reading, steps = read(strict, needs=ALL)
    assert same(reading, read(card(kind, number=SHORT_BIODATA), needs=ALL)[0])
    asked = reads(steps)
    assert next(count for file, _, count in asked if file == "6FF2") == 256
    assert next(count for file, _, count in asked if file == "6FF3") == 208


@pytest.mark.parametrize("status", [0x6700, 0x6C70, 0x6B00, 0x6281, 0x6985])
def test_a_sam_that_refuses_is_not_asked_for_less_as_if_the_card_had(status: int) -> None:
    _, honest = read(card(Kind.HEALTHY))
    for at, step in enumerate(honest):
        if isinstance(step, ToSam) and step.command[1] in {0xF3, 0xF4}:

            def refuse(number: int, _: Step, answer: Response, at: int = at) -> Response:
                return Response(answer.data, status) if number == at else answer

            reading, steps = read(card(Kind.HEALTHY), interfere=refuse)
            assert len(steps) == at + 1
            assert reading.signature.result != "passed"


@pytest.mark.parametrize("status", [0x6700, 0x6CFF, 0x6B00, 0x6F00, 0x6281])
@pytest.mark.parametrize("file", ["6FF0", "6FF2"])
def test_a_damaged_file_is_given_up_within_ten_commands(file: str, status: int) -> None:
    selected = ""

    def refuse(_: int, step: Step, answer: Response) -> Response:
        nonlocal selected
        if step.command[1] == SELECT:
            selected = step.command[5:7].hex().upper()
        return Response(b"", status) if (selected, step.command[1]) == (file, READ) else answer

    reading, steps = read(card(Kind.HEALTHY), needs=NEEDS["chip-check"], interfere=refuse)
    assert "damaged" in {each.state for each in reading.files}
    assert sum(each == file for each, _, _ in reads(steps)) <= 10


@pytest.mark.parametrize(
    ("status", "good"), [(0x6281, 0), (0x6281, 3), (0x6700, 3), (0x6F00, 3), (0x6CFF, 3)]
)
def test_a_card_that_says_why_or_gave_as_much_before_is_not_asked_for_less(status: int, good: int) -> None:
    photo = 4  # commands before the first read of the photo, the reader's own for the UID among them

    def fail(number: int, step: Step, answer: Response) -> Response:
        late = step.command[1] == READ and number > photo + good
        return Response(b"", status) if late else answer

    _, steps = read(card(Kind.HEALTHY), needs=NEEDS["chip-check"], interfere=fail)
    assert len([at for file, at, _ in reads(steps) if file == "6FF2"]) == good + 1


def test_a_card_that_takes_back_what_it_offered_is_given_up() -> None:
    def offer_less(_: int, step: Step, answer: Response) -> Response:
        return Response(b"", 0x6C00 | (step.command[4] or 256) - 1) if step.command[1] == READ else answer

    _, steps = read(card(Kind.HEALTHY), needs=NEEDS["chip-check"], interfere=offer_less)
    assert len(reads(steps)) <= 10
