from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketuk_events.evidence import Finding
from reader_gateway.ktp.apdu import Garbage, Response, response
from reader_gateway.ktp.protocol import CardLeft, Dialogue, SamAway, SamBroken, ToCard, ToSam
from reader_gateway.ktp.purpose_files import ALL, NEEDS
from reader_gateway.ktp.read_card import read_card
from reader_gateway.ktp.reading import Reading
from reader_gateway.ktp.reading_progress import Course
from simulator.kinds import Kind
from tests.unit.reader_gateway.terminal import SECRETS, Step, card, read

HEALTHY, STEPS = read(card(Kind.HEALTHY))
SAM_STEPS = [number for number, step in enumerate(STEPS) if isinstance(step, ToSam)]
NOT_DONE = Finding(result="not-done", code="not-reached")


def told(reading: Reading) -> tuple[str, str, str]:
    damaged = [file.file for file in reading.files if file.state != "read"]
    return reading.answer, "/".join(damaged), f"{reading.authentication.code} {reading.signature.code}"


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Kind.HEALTHY, ("ktp-el", "", "ok ok")),
        (Kind.PHOTO_COPIED, ("ktp-el", "", "authentication-failed not-reached")),
        (Kind.DATA_ALTERED, ("ktp-el", "", "ok signature-invalid")),
        (Kind.WRONG_ISSUER, ("ktp-el", "", "ok signature-invalid")),
        (Kind.NOT_A_KTP, ("other", "", "not-reached not-reached")),
        (Kind.DAMAGED_FILE, ("ktp-el", "6FF2", "not-reached not-reached")),
    ],
)
def test_each_kind_of_card_is_read_as_what_it_is(kind: Kind, found: tuple[str, str, str]) -> None:
    assert told(read(card(kind))[0]) == found


def test_a_whole_reading_holds_what_the_card_holds() -> None:
    resident = card(Kind.HEALTHY)
    assert HEALTHY.uid == resident.uid
    assert (HEALTHY.biodata or b"").decode().startswith(f'"{resident.resident.nik}",')
    assert (HEALTHY.photo or b"").startswith(b"\xff\xd8")
    assert len(HEALTHY.signature_file or b"") == 80


def test_a_chip_check_asks_the_chip_alone_and_reads_no_biodata() -> None:
    reading, steps = read(card(Kind.HEALTHY), needs=NEEDS["chip-check"])
    assert all(isinstance(step, ToCard) for step in steps)
    assert (reading.biodata, reading.authentication.code) == (None, "not-reached")
    assert reading.proves_the_reader


@pytest.mark.parametrize("status", [0x0010, 0x6300, 0x6985, 0x9001, 0x6100])
@pytest.mark.parametrize("at", SAM_STEPS)
def test_any_word_but_success_from_the_sam_is_a_failure(at: int, status: int) -> None:
    def refuse(number: int, _: Step, answer: Response) -> Response:
        return Response(answer.data, status) if number == at else answer

    reading, _ = read(card(Kind.HEALTHY), interfere=refuse)
    assert (reading.authentication.result, reading.signature.result) != ("passed", "passed")


@pytest.mark.parametrize(
    "wrapped", [b"", b"\x0c\xb0\x00", bytes(262), bytes(60_000), bytes.fromhex("FFCA000000"), b"\xff" * 200]
)
def test_what_a_sam_wraps_goes_to_the_card_only_where_it_is_a_command_for_a_card(wrapped: bytes) -> None:
    def hand_out(_: int, step: Step, answer: Response) -> Response:
        return Response(wrapped, 0x9000) if step.command[:2] == b"\x00\xf3" else answer

    reading, steps = read(card(Kind.HEALTHY), needs=ALL, interfere=hand_out)
    assert ToCard(wrapped) not in steps[1:]
    assert reading.signature.result == "not-done"


@pytest.mark.parametrize("at", range(len(STEPS)))
def test_a_card_that_leaves_at_any_step_is_said_to_have_left(at: int) -> None:
    def leave(number: int, step: Step, answer: Response) -> Response | Exception:
        return CardLeft() if number >= at and isinstance(step, ToCard) else answer

    reading, steps = read(card(Kind.HEALTHY), interfere=leave)
    if any(isinstance(step, ToCard) for step in steps[at:]):
        assert reading.answer == "removed" or "removed" in {file.state for file in reading.files}
    assert reading.signature.result != "passed" or at > len(STEPS) - 30


@pytest.mark.parametrize("at", SAM_STEPS)
def test_a_sam_that_goes_away_at_any_step_leaves_the_signature_unchecked(at: int) -> None:
    def go(number: int, step: Step, answer: Response) -> Response | Exception:
        return SamAway() if number >= at and isinstance(step, ToSam) else answer

    reading, _ = read(card(Kind.HEALTHY), interfere=go)
    assert reading.signature.result == "not-done"


@pytest.mark.parametrize("at", SAM_STEPS)
def test_a_sam_that_talks_nonsense_does_no_damage_to_the_card(at: int) -> None:
    def babble(number: int, _: Step, answer: Response) -> Response | Exception:
        return SamBroken() if number == at else answer

    reading, steps = read(card(Kind.HEALTHY), interfere=babble)
    assert len(steps) == at + 1
    assert {file.state for file in reading.files} == {"read"}
    assert reading.signature == NOT_DONE
    assert reading.authentication.code == ("sam-silent" if at <= SAM_STEPS[3] else "ok")


@pytest.mark.parametrize("answer", [Response(b"", 0x6985), Response(b"", 0x9000), Response(b"\x00", 0x9000)])
def test_a_sam_that_wraps_no_command_does_no_damage_to_the_card(answer: Response) -> None:
    def wrap_none(_: int, step: Step, honest: Response) -> Response:
        return answer if step.command[:2] == b"\x00\xf3" else honest

    reading, _ = read(card(Kind.HEALTHY), interfere=wrap_none)
    assert {file.state for file in reading.files} == {"read"}
    assert (reading.authentication.code, reading.signature) == ("ok", NOT_DONE)


def test_a_gateway_that_may_open_no_sam_says_that_there_is_none() -> None:
    dialogue = read_card(needs=NEEDS["record"], sam=None, course=Course())
    chip = card(Kind.HEALTHY).chip
    asked: list[Step] = []

    def answer(step: Step, _: int) -> Response:
        asked.append(step)
        return response(chip.respond(step.command))

    assert finished(dialogue, answer).authentication.code == "no-sam"
    assert all(isinstance(step, ToCard) for step in asked)


answers = st.one_of(
    st.builds(Response, st.binary(max_size=256), st.sampled_from([0x9000, 0x6A82, 0x6282, 0x0010])),
    st.just(None),
)


@given(st.lists(answers, min_size=1, max_size=40))
def test_no_answer_whatever_breaks_a_reading_or_makes_it_endless(script: list[Response | None]) -> None:
    def answer(_: Step, number: int) -> Response | Exception:
        return script[number % len(script)] or Garbage()

    assert isinstance(finished(read_card(needs=ALL, sam=SECRETS, course=Course()), answer), Reading)


def finished(dialogue: Dialogue[Reading], answer: Callable[[Step, int], Response | Exception]) -> Reading:
    """What a dialogue comes to, within more commands than the longest photo can take."""
    step = next(dialogue)
    for number in range(40_000):
        said = answer(step, number)
        try:
            step = dialogue.send(said) if isinstance(said, Response) else dialogue.throw(said)
        except StopIteration as end:
            reading: Reading = end.value
            return reading
    raise AssertionError("the dialogue does not end")
