"""A file says how long it is; a length that no KTP-el has is a lie, and its file damaged."""

import pytest

from reader_gateway.ktp.apdu import Response
from reader_gateway.ktp.file_reader import Damaged
from reader_gateway.ktp.plain_files import read_control, read_photo
from reader_gateway.ktp.protocol import Dialogue, ToCard

READ_BINARY = bytes.fromhex("00B0")


def read_from(dialogue: Dialogue[bytes], *, said: int, held: int) -> bytes:
    """Read a file that says it has `said` bytes and holds `held`, of a card that gives all."""
    file = said.to_bytes(2, "big") + bytes(number % 251 for number in range(held))
    step = next(dialogue)
    for _ in range(40_000):
        assert isinstance(step, ToCard)
        answer = Response(b"", 0x9000)
        if step.command[:2] == READ_BINARY:
            offset, count = int.from_bytes(step.command[2:4], "big"), step.command[4] or 256
            answer = Response(file[offset : offset + count], 0x9000)
        try:
            step = dialogue.send(answer)
        except StopIteration as end:
            return bytes(end.value)
    raise AssertionError("the reading does not end")


@pytest.mark.parametrize("said", [0, 32_001, 65_535])
def test_a_photo_of_an_impossible_length_is_damaged_though_all_of_it_is_there(said: int) -> None:
    with pytest.raises(Damaged):
        read_from(read_photo(), said=said, held=min(said, 32_700))


@pytest.mark.parametrize("said", [1, 255, 4000, 32_000])
def test_a_photo_of_a_possible_length_is_read_whole(said: int) -> None:
    photo = read_from(read_photo(), said=said, held=said)
    assert photo == bytes(number % 251 for number in range(said))


@pytest.mark.parametrize("said", [0, 1, 28, 30, 50, 52])
def test_a_control_file_of_another_length_than_51_or_29_is_damaged(said: int) -> None:
    with pytest.raises(Damaged):
        read_from(read_control(), said=said, held=said)


@pytest.mark.parametrize("said", [29, 51])
def test_a_control_file_of_51_or_29_bytes_is_read(said: int) -> None:
    assert len(read_from(read_control(), said=said, held=said)) == said
