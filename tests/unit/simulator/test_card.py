from collections.abc import Callable

import pytest

from simulator.chip import Chip
from simulator.kinds import Kind, SimulatedCard
from tests.unit.simulator.terminal import Refused, read_plain, send


@pytest.fixture
def card(make: Callable[[Kind], SimulatedCard]) -> SimulatedCard:
    return make(Kind.HEALTHY)


@pytest.fixture
def chip(card: SimulatedCard) -> Chip:
    return card.chip


def status(chip: Chip, command: str) -> str:
    return chip.respond(bytes.fromhex(command))[-2:].hex().upper()


def test_the_reader_command_for_the_uid_gives_seven_bytes(card: SimulatedCard) -> None:
    answer = send(card.chip, "FFCA0000", tail="00")
    assert answer == card.uid
    assert len(answer) == 7
    assert answer[0] == 0x04


def test_card_control_data_is_51_bytes_behind_their_length(chip: Chip) -> None:
    send(chip, "00A40000", bytes.fromhex("7F0A"))
    send(chip, "00A40000", bytes.fromhex("6FF0"))
    answer = send(chip, "00B00000", tail="35")
    assert answer[:2] == bytes.fromhex("0033")
    assert len(answer) == 53


@pytest.mark.parametrize("chunk", [112, 248, 250, 255])
def test_the_photo_is_a_jpeg_that_anyone_may_read(chip: Chip, chunk: int) -> None:
    send(chip, "00A40000", bytes.fromhex("7F0A"))
    photo = read_plain(chip, "6FF2", chunk)
    assert photo[:3] == b"\xff\xd8\xff"
    assert photo[-2:] == b"\xff\xd9"
    assert 2000 < len(photo) < 4000


@pytest.mark.parametrize("file", ["6FF1", "6FF3", "6FF4", "6FF5", "6FF6"])
def test_protected_files_can_be_selected_but_not_read_without_a_sam(chip: Chip, file: str) -> None:
    send(chip, "00A40000", bytes.fromhex("7F0A"))
    send(chip, "00A40000", bytes.fromhex(file))
    assert status(chip, "00B0000008") == "6982"


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        (["00A40000026FF2"], "6A82"),  # the application was not selected
        (["00A40000027F0A", "00A40000026FFF"], "6A82"),
        (["00A40000027F0A", "00A40400026FF2"], "6A86"),
        (["00A40000027F0A", "00B0000008"], "6986"),
        (["00A40000027F0A", "00A40000026FF0", "00B0003508"], "6B00"),
        (["00A40000027F0A", "00A40000026FF0", "00B0003008"], "6282"),
        (["00A40000027F0A", "00A40000026FF0", "00B00000"], "6700"),
        (["00A40000037F0A"], "6700"),
        (["00B6000000"], "6D00"),
        (["80B0000000"], "6E00"),
        (["0CB0000000"], "6985"),
        (["0082000008" + "00" * 8], "6700"),
        (["0082000028" + "00" * 40], "6985"),
        (["0084000008", "0082000028" + "00" * 40], "6300"),
        (["00"], "6700"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_status_word(
    chip: Chip, commands: list[str], expected: str
) -> None:
    assert [status(chip, command) for command in commands][-1] == expected


def test_a_reset_forgets_what_was_selected(chip: Chip) -> None:
    send(chip, "00A40000", bytes.fromhex("7F0A"))
    send(chip, "00A40000", bytes.fromhex("6FF0"))
    chip.reset()
    with pytest.raises(Refused):
        send(chip, "00B00000", tail="08")


def test_a_challenge_serves_for_one_try(chip: Chip) -> None:
    send(chip, "00840000", tail="08")
    assert status(chip, "0082000028" + "00" * 40) == "6300"
    assert status(chip, "0082000028" + "00" * 40) == "6985"


def test_no_two_cards_answer_a_reset_alike(make: Callable[[Kind], SimulatedCard]) -> None:
    assert make(Kind.HEALTHY).chip.atr != make(Kind.NOT_A_KTP).chip.atr
