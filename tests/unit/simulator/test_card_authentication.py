from collections.abc import Callable

import pytest

from simulator.chip import Chip
from simulator.kinds import Kind, SimulatedCard
from simulator.sam import Sam
from tests.unit.simulator.terminal import Refused, Secrets, read_plain, send


@pytest.fixture
def chip(make: Callable[[Kind], SimulatedCard], sam: Sam, secrets: Secrets) -> Chip:
    send(sam, "00F00000", secrets.opening())
    chip = make(Kind.HEALTHY).chip
    send(chip, "00A40000", bytes.fromhex("7F0A"))
    return chip


def token(chip: Chip, sam: Sam) -> bytes:
    uid = b"\x80" + send(chip, "FFCA0000", tail="00")
    return send(sam, "00F10001", read_plain(chip, "6FF0") + uid + send(chip, "00840000", tail="08"))


def test_a_card_refuses_a_token_that_was_made_for_an_earlier_challenge(chip: Chip, sam: Sam) -> None:
    old = token(chip, sam)
    send(chip, "00840000", tail="08")
    with pytest.raises(Refused) as excinfo:
        send(chip, "00820000", old)
    assert excinfo.value.status.hex() == "6300"


def test_the_sam_refuses_an_answer_that_was_recorded_earlier(chip: Chip, sam: Sam) -> None:
    recorded = send(chip, "00820000", token(chip, sam))
    token(chip, sam)
    with pytest.raises(Refused) as excinfo:
        send(sam, "00F20000", recorded)
    assert excinfo.value.status.hex() == "6300"


def test_the_sam_refuses_its_own_token_sent_back(chip: Chip, sam: Sam) -> None:
    with pytest.raises(Refused) as excinfo:
        send(sam, "00F20000", token(chip, sam))
    assert excinfo.value.status.hex() == "6300"


def test_an_answer_counts_once(chip: Chip, sam: Sam) -> None:
    answer = send(chip, "00820000", token(chip, sam))
    send(sam, "00F20000", answer)
    with pytest.raises(Refused) as excinfo:
        send(sam, "00F20000", answer)
    assert excinfo.value.status.hex() == "6985"
