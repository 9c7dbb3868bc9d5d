from collections.abc import Callable

import pytest

from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard
from simulator.sam import Sam
from tests.unit.simulator.terminal import (
    Refused,
    Secrets,
    authenticate,
    check_signature,
    protected,
    read_plain,
    read_protected,
    send,
)

Make = Callable[[Kind], SimulatedCard]
BLOCK = 0xD0


def refusal(excinfo: pytest.ExceptionInfo[Refused]) -> str:
    return excinfo.value.status.hex().upper()


def test_a_closed_sam_does_nothing(sam: Sam) -> None:
    with pytest.raises(Refused) as excinfo:
        send(sam, "00F70000", tail="00")
    assert refusal(excinfo) == "6982"


def test_an_opened_sam_tells_its_own_number_and_can_be_activated(sam: Sam, secrets: Secrets) -> None:
    send(sam, "00F00000", secrets.opening())
    assert len(send(sam, "00F70000", tail="00")) == 8
    assert send(sam, "00F80000", tail="00") == b""


def test_losing_power_closes_the_sam(sam: Sam, secrets: Secrets) -> None:
    send(sam, "00F00000", secrets.opening())
    sam.reset()
    with pytest.raises(Refused):
        send(sam, "00F70000", tail="00")


def test_wrong_secrets_do_not_open_it_and_three_lock_it_for_good(sam: Sam, secrets: Secrets) -> None:
    words = []
    for _ in range(4):
        with pytest.raises(Refused) as excinfo:
            send(sam, "00F00000", bytes(32))
        words.append(refusal(excinfo))
    assert words == ["6300", "6300", "6300", "6983"]
    sam.reset()
    with pytest.raises(Refused) as excinfo:
        send(sam, "00F00000", secrets.opening())
    assert refusal(excinfo) == "6983"


@pytest.mark.parametrize(
    ("header", "data", "expected"),
    [
        ("00F10001", bytes(66), "6700"),
        ("00F10002", bytes(67), "6A86"),
        ("00F20000", bytes(40), "6985"),
        ("00F30000", bytes.fromhex("00B0000008"), "6985"),
        ("00F40000", bytes.fromhex("9000"), "6985"),
        ("00FA0000", b"", "6985"),
        ("00FB0000", b"", "6D00"),
        ("80F70000", b"", "6E00"),
    ],
)
def test_commands_out_of_place_are_refused(
    sam: Sam, secrets: Secrets, header: str, data: bytes, expected: str
) -> None:
    send(sam, "00F00000", secrets.opening())
    with pytest.raises(Refused) as excinfo:
        send(sam, header, data)
    assert refusal(excinfo) == expected


def test_the_sizes_are_those_that_public_sources_state(make: Make, sam: Sam, secrets: Secrets) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    challenge = send(chip, "00840000", tail="08")
    assert len(challenge) == 8
    uid = b"\x80" + send(chip, "FFCA0000", tail="00")
    token = send(sam, "00F10001", read_plain(chip, "6FF0") + uid + challenge)
    assert len(token) == 40
    assert len(send(chip, "00820000", token)) == 40


def test_blocks_of_208_bytes_pass_through_secure_messaging_in_short_commands(
    make: Make, sam: Sam, secrets: Secrets
) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    protected(chip, sam, bytes.fromhex("00A40000026FF1"))
    wrapped = send(sam, "00F30000", bytes.fromhex("00B00000D0"))
    answer = chip.respond(wrapped)
    assert len(answer) <= 255
    assert len(send(sam, "00F40000", answer)) == 208 + 2


def test_data_that_would_not_fit_once_it_is_protected_is_refused_and_the_session_goes_on(
    make: Make, sam: Sam, secrets: Secrets
) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    with pytest.raises(Refused) as excinfo:
        send(sam, "00F30000", bytes.fromhex("00A40000F5") + bytes(0xF5))
    assert refusal(excinfo) == "6700"
    protected(chip, sam, bytes.fromhex("00A40000026FF1"))


def test_a_larger_block_is_refused_under_protection(make: Make, sam: Sam, secrets: Secrets) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    protected(chip, sam, bytes.fromhex("00A40000026FF1"))
    with pytest.raises(Refused) as excinfo:
        protected(chip, sam, bytes.fromhex("00B00000D1"))
    assert refusal(excinfo) == "6700"


@pytest.mark.parametrize("block", [0xD0, 0x60])
def test_fingerprints_come_out_as_iso_records_only_while_the_sam_deciphers(
    make: Make, sam: Sam, secrets: Secrets, block: int
) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    enciphered = read_protected(chip, sam, "6FF4", block)
    send(sam, "00FA0500", tail="00")
    clear = read_protected(chip, sam, "6FF4", block)
    send(sam, "00FA0200", tail="00")
    assert read_protected(chip, sam, "6FF4", block) == enciphered
    assert enciphered[:2] == clear[:2]
    assert enciphered[2:] != clear[2:]
    assert clear[2:10] == bytes.fromhex("464D520020323000")
    assert int.from_bytes(clear[10:14], "big") == len(clear) - 2


def test_the_last_block_of_an_enciphered_file_may_be_rounded_up_to_eight(
    make: Make, sam: Sam, secrets: Secrets
) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    for file in ("6FF3", "6FF4", "6FF5"):
        length = 2 + int.from_bytes(read_protected(chip, sam, file)[:2], "big")
        start = length // BLOCK * BLOCK
        rest = -(-(length - start) // 8) * 8
        assert len(protected(chip, sam, bytes.fromhex(f"00B0{start:04X}{rest:02X}"))) == rest


def test_a_check_needs_biodata_that_was_read_after_its_start(make: Make, sam: Sam, secrets: Secrets) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    read_protected(chip, sam, "6FF1")
    send(sam, "00FA0000", tail="00")
    protected(chip, sam, bytes.fromhex("00A40000026FF6"))
    send(sam, "00FA0600", protected(chip, sam, bytes.fromhex("00B0000050")))
    send(sam, "00FA0300", b"\xff\xd8")
    with pytest.raises(Refused) as excinfo:
        send(sam, "00FA0400", tail="00")
    assert refusal(excinfo) == "6985"


def test_another_photo_does_not_pass_the_check(make: Make, sam: Sam, secrets: Secrets) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    check_signature(chip, sam)
    send(sam, "00FA0300", b"one chunk more")
    with pytest.raises(Refused) as excinfo:
        send(sam, "00FA0400", tail="00")
    assert refusal(excinfo) == "0010"


def test_the_check_takes_the_photo_with_its_length_bytes_too(make: Make, sam: Sam, secrets: Secrets) -> None:
    chip = make(Kind.HEALTHY).chip
    authenticate(chip, sam, secrets)
    photo = read_plain(chip, "6FF2")
    send(sam, "00FA0000", tail="00")
    read_protected(chip, sam, "6FF1")
    protected(chip, sam, bytes.fromhex("00A40000026FF6"))
    send(sam, "00FA0600", protected(chip, sam, bytes.fromhex("00B0000050")))
    file = len(photo).to_bytes(2, "big") + photo
    for start in range(0, len(file), 255):
        send(sam, "00FA0300", file[start : start + 255])
    send(sam, "00FA0400", tail="00")


def test_a_sam_of_another_issuer_does_not_know_the_card(
    make: Make, secrets: Secrets, other_issuer: Issuer
) -> None:
    stranger = Sam(other_issuer, pcid=secrets.pcid, conf=secrets.conf)
    with pytest.raises(Refused) as excinfo:
        authenticate(make(Kind.HEALTHY).chip, stranger, secrets)
    assert (excinfo.value.step, refusal(excinfo)) == ("00820000", "6300")
