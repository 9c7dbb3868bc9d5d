from collections.abc import Callable

import pytest

from simulator.chip import Chip
from simulator.kinds import Kind, SimulatedCard
from simulator.sam import Sam
from tests.unit.simulator.terminal import OK, Refused, Secrets, authenticate, protected, send

SELECT_BIODATA = bytes.fromhex("00A40000026FF1")


@pytest.fixture
def chip(make: Callable[[Kind], SimulatedCard], sam: Sam, secrets: Secrets) -> Chip:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    return chip


def changed(message: bytes, at: int) -> bytes:
    return message[:at] + bytes((message[at] ^ 1,)) + message[at + 1 :]


def test_the_card_refuses_a_command_that_was_changed_on_the_way(chip: Chip, sam: Sam) -> None:
    wrapped = send(sam, "00F30000", SELECT_BIODATA)
    assert chip.respond(changed(wrapped, 10)) == bytes.fromhex("6988")
    assert chip.respond(wrapped) == bytes.fromhex("6985")  # the session is over


def test_the_card_refuses_a_command_that_comes_twice(chip: Chip, sam: Sam) -> None:
    wrapped = send(sam, "00F30000", SELECT_BIODATA)
    assert chip.respond(wrapped)[-2:] == OK
    assert chip.respond(wrapped) == bytes.fromhex("6988")


@pytest.mark.parametrize("at", [2, 8, -5, -1])
def test_the_sam_refuses_an_answer_that_was_changed_on_the_way(chip: Chip, sam: Sam, at: int) -> None:
    answer = chip.respond(send(sam, "00F30000", SELECT_BIODATA))
    with pytest.raises(Refused) as excinfo:
        send(sam, "00F40000", changed(answer, at % len(answer)))
    assert excinfo.value.status == bytes.fromhex("6988")


def test_the_sam_refuses_an_unprotected_answer(chip: Chip, sam: Sam) -> None:
    chip.respond(send(sam, "00F30000", SELECT_BIODATA))
    with pytest.raises(Refused):
        send(sam, "00F40000", OK)


def test_what_the_card_refuses_under_protection_is_told_under_protection(chip: Chip, sam: Sam) -> None:
    answer = send(sam, "00F40000", chip.respond(send(sam, "00F30000", bytes.fromhex("00A40000026FFF"))))
    assert answer == bytes.fromhex("6A82")


def test_the_biodata_does_not_travel_in_the_clear(chip: Chip, sam: Sam) -> None:
    protected(chip, sam, SELECT_BIODATA)
    answer = chip.respond(send(sam, "00F30000", bytes.fromhex("00B00000D0")))
    assert b"337299" not in answer
    assert b"337299" in send(sam, "00F40000", answer)


def test_a_plain_command_in_between_does_not_end_the_session(chip: Chip, sam: Sam) -> None:
    send(chip, "00A40000", bytes.fromhex("6FF2"))
    protected(chip, sam, SELECT_BIODATA)
