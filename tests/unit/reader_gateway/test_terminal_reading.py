from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketuk_events.evidence import Finding
from reader_gateway.ktp.purpose_files import NEEDS
from reader_gateway.ktp.reading import Reading
from reader_gateway.ports.card_reader import Presence
from reader_gateway.ports.fingerprint_match import Touch, Tries
from reader_gateway.terminal.codes import CardState, Code, Failed, FingerState, Identity
from reader_gateway.terminal.dialogue import Conversation, Said, greet
from reader_gateway.terminal.protocol import Answer, Request, Verb
from reader_gateway.terminal.reading import EMPTY, Operator, Seen, look, read_card, touch

OPERATOR = Operator(name="petugas", nik="3372994101800001")
BIODATA = b'"3372994708850001","JL. CONTOH"'
SEEN = Seen(presence=Presence.CARD, fingers=(b"2", b"7"))
FAILED_WORDS = {Code.DEVICE_ERROR: b"error,rusak", Code.NOT_OPEN: b"error,-1012"}
"""What a terminal says itself; the other codes happen on the way."""
ON_THE_WAY = sorted(set(Code) - {Code.OK, *FAILED_WORDS})

Script = Mapping[Verb, bytes | Code | list[bytes | Code]]


def polled(card: int = CardState.OK, finger: int = 0) -> bytes:
    return f"0,{card},{finger},0".encode()


def held(conversation: Conversation[Said], script: Script) -> tuple[Said, list[Request]]:
    """What a conversation comes to with a terminal that answers so, and what it was asked."""
    left = {verb: list(said) if isinstance(said, list) else [said] * 20 for verb, said in script.items()}
    asked = [next(conversation)]
    try:
        while True:
            said = left[asked[-1].verb].pop(0)
            asked.append(
                conversation.throw(Failed(said))
                if isinstance(said, Code)
                else conversation.send(Answer(asked[-1].verb, said))
            )
    except StopIteration as end:
        value: Said = end.value
        return value, asked


def read(script: Script, purpose: str = "record") -> Reading:
    return held(read_card(seen=SEEN, needs=NEEDS[purpose], operator=OPERATOR), script)[0]


def told(reading: Reading) -> tuple[str, str, str]:
    return reading.answer, reading.authentication.code, reading.signature.code


def test_biodata_that_a_terminal_gives_is_its_word_that_the_card_is_authentic_and_no_more() -> None:
    reading = read({Verb.POLL: polled(), Verb.DEMOG: BIODATA})
    assert reading == Reading(
        answer="ktp-el",
        authentication=Finding(result="passed", code="terminal-says"),
        signature=Finding(result="not-done", code="not-told"),
        biodata=BIODATA,
    )
    assert reading.proves_the_reader


def test_a_chip_check_asks_a_terminal_for_no_biodata() -> None:
    conversation = read_card(seen=SEEN, needs=NEEDS["chip-check"], operator=OPERATOR)
    reading, asked = held(conversation, {Verb.POLL: polled()})
    assert [request.verb for request in asked] == [Verb.POLL]
    assert told(reading) == ("ktp-el", "not-told", "not-told")
    assert not reading.proves_the_reader


def test_a_terminal_is_told_who_asks_for_biodata() -> None:
    conversation = read_card(seen=SEEN, needs=NEEDS["record"], operator=OPERATOR)
    _, asked = held(conversation, {Verb.POLL: polled(), Verb.DEMOG: BIODATA})
    assert asked[-1].args == ("15", "petugas", "3372994101800001")


@pytest.mark.parametrize(("purpose", "fingers"), [("identify", (b"2", b"7")), ("record", ())])
def test_fingers_are_named_where_the_purpose_needs_them(purpose: str, fingers: tuple[bytes, ...]) -> None:
    assert read({Verb.POLL: polled(), Verb.DEMOG: BIODATA}, purpose).fingers == fingers


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (CardState.WAITING, "removed"),
        (CardState.TIMEOUT, "removed"),
        (CardState.ERROR, "terminal-error"),
        (CardState.SEND_FAILED, "terminal-error"),
        (0, "removed"),
        (99, "removed"),
    ],
)
def test_without_a_card_that_a_terminal_is_content_with_nothing_is_asked_of_it(
    state: int, answer: str
) -> None:
    assert read({Verb.POLL: polled(state)}).answer == answer


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (Code.NO_DEVICE, "reader-gone"),
        (Code.OPEN_FAILED, "reader-gone"),
        (Code.SEND_FAILED, "reader-gone"),
        (Code.SEND_TIMEOUT, "terminal-hangs"),
        (Code.RECEIVE_TIMEOUT, "terminal-hangs"),
        (Code.NOT_OPEN, "terminal-error"),
        (Code.DEVICE_ERROR, "terminal-error"),
    ],
)
def test_each_code_of_a_request_is_told_apart(code: Code, answer: str) -> None:
    said = FAILED_WORDS.get(code, code)
    assert read({Verb.POLL: said}).answer == answer
    reading = read({Verb.POLL: polled(), Verb.DEMOG: said})
    expected = ("reader-gone", "not-reached") if answer == "reader-gone" else ("ktp-el", answer)
    assert told(reading)[:2] == expected
    assert reading.biodata is None


def test_a_card_that_is_lifted_while_a_terminal_reads_is_said_to_have_left() -> None:
    states: list[bytes | Code] = [polled(), polled(CardState.TIMEOUT)]
    assert read({Verb.POLL: states, Verb.DEMOG: b"error,kartu"}).answer == "removed"


def test_a_terminal_that_goes_after_an_error_is_said_to_have_gone() -> None:
    states: list[bytes | Code] = [polled(), Code.NO_DEVICE]
    assert read({Verb.POLL: states, Verb.DEMOG: b"error,kartu"}).answer == "reader-gone"


@pytest.mark.parametrize("biodata", [b"", b"error", b"-1", b"x" * 5000])
def test_what_is_no_biodata_is_an_error_of_the_terminal(biodata: bytes) -> None:
    reading = read({Verb.POLL: polled(), Verb.DEMOG: biodata})
    assert told(reading) == ("ktp-el", "terminal-error", "not-told")
    assert reading.biodata is None


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ({Verb.PUT: b"0,2,7"}, SEEN),
        ({Verb.PUT: b"0"}, Seen(presence=Presence.CARD)),
        ({Verb.PUT: b"error,habis", Verb.POLL: polled(CardState.TIMEOUT)}, EMPTY),
        ({Verb.PUT: b"error", Verb.POLL: polled(CardState.WAITING)}, EMPTY),
        ({Verb.PUT: b"-1", Verb.POLL: polled(CardState.ERROR)}, Seen(presence=Presence.MUTE)),
        ({Verb.PUT: b"error,x", Verb.POLL: polled(CardState.SEND_FAILED)}, EMPTY),
    ],
)
def test_a_terminal_waits_for_a_card_and_says_what_came(script: Script, seen: Seen) -> None:
    assert held(look(EMPTY), script)[0] == seen


def test_a_card_that_lies_there_is_polled_and_leaves_once() -> None:
    assert held(look(SEEN), {Verb.POLL: polled()})[0] == SEEN
    assert held(look(SEEN), {Verb.POLL: polled(0)})[0] == EMPTY


@pytest.mark.parametrize("code", [*ON_THE_WAY, Code.NOT_OPEN])
def test_a_terminal_that_cannot_be_asked_is_no_empty_one(code: Code) -> None:
    with pytest.raises(Failed, match=code.name):
        held(look(EMPTY), {Verb.PUT: FAILED_WORDS.get(code, code)})
    with pytest.raises(Failed, match=code.name):
        held(look(SEEN), {Verb.POLL: FAILED_WORDS.get(code, code)})


@pytest.mark.parametrize(
    ("script", "came"),
    [
        ({Verb.FINGER: b"Y"}, Touch.TERMINAL_SAYS),
        ({Verb.FINGER: b"N"}, Touch.NO_MATCH),
        ({Verb.FINGER: b"Yes"}, Touch.NO_MATCH),
        ({Verb.FINGER: b"-1", Verb.POLL: [polled(), polled(finger=FingerState.NO_MATCH)]}, Touch.NO_MATCH),
        ({Verb.FINGER: b"error,x", Verb.POLL: [polled(), polled(finger=FingerState.TIMEOUT)]}, Touch.ABSENT),
        ({Verb.FINGER: b"error,x", Verb.POLL: [polled(), polled(finger=FingerState.WAITING)]}, Touch.ABSENT),
        ({Verb.POLL: polled(CardState.TIMEOUT)}, Touch.ABSENT),
    ],
)
def test_a_finger_matches_only_by_the_word_for_it(script: Script, came: Touch) -> None:
    touched, asked = held(touch((b"2", b"7"), operator=OPERATOR), {Verb.POLL: polled(), **script})
    assert touched is came
    if Verb.FINGER in script:
        assert asked[1].args == ("15", "2,7", "petugas", "3372994101800001", "TEMPELKAN JARI")


@pytest.mark.parametrize("finger", [FingerState.MATCH, FingerState.SEND_FAILED, 0])
def test_a_finger_is_not_compared_where_the_terminal_errs_for_another_reason(finger: int) -> None:
    states: list[bytes | Code] = [polled(), polled(finger=finger)]
    with pytest.raises(Failed, match="DEVICE_ERROR"):
        held(touch((b"2",), operator=OPERATOR), {Verb.FINGER: b"error,alat", Verb.POLL: states})


@pytest.mark.parametrize("code", ON_THE_WAY)
def test_a_finger_is_not_compared_where_the_terminal_cannot_be_asked(code: Code) -> None:
    with pytest.raises(Failed, match=code.name):
        held(touch((b"2",), operator=OPERATOR), {Verb.FINGER: code, Verb.POLL: polled()})


def test_a_match_that_a_terminal_says_is_never_taken_for_one_that_was_seen() -> None:
    assert Tries().take(Touch.TERMINAL_SAYS) == Finding(result="passed", code="terminal-says")


def test_a_terminal_that_was_left_open_is_reset() -> None:
    script: Script = {
        Verb.ACK: b"len442ektpreader",
        Verb.OPEN: [b"-1", b"0"],
        Verb.RESET: b"0",
        Verb.INFO: b"HW-1,SN-2,4.2.190",
    }
    identity, asked = held(greet(), script)
    assert identity == Identity(hardware="HW-1", serial="SN-2", firmware="4.2.190")
    assert [request.verb for request in asked] == [Verb.ACK, Verb.OPEN, Verb.RESET, Verb.OPEN, Verb.INFO]


@pytest.mark.parametrize(
    "wrong",
    [
        {Verb.ACK: b"error"},
        {Verb.OPEN: b"-1003"},
        {Verb.OPEN: b"1"},
        {Verb.INFO: b"HW-1"},
        {Verb.INFO: b"HW\x1b[2J,SN,1"},
        {Verb.INFO: b"error,-1006"},
    ],
)
def test_what_does_not_greet_as_a_terminal_is_none(wrong: Script) -> None:
    right: Script = {Verb.ACK: b"x", Verb.OPEN: b"0", Verb.RESET: b"0", Verb.INFO: b"H,S,F"}
    with pytest.raises(Failed):
        held(greet(), {**right, **wrong})


said = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([polled(), polled(27), b"0,2,7", b"Y", b"error,-1012", b"-1007", BIODATA]),
    st.sampled_from(sorted(set(Code) - {Code.OK})),
)


@given(st.lists(said, min_size=1, max_size=8), st.sampled_from(sorted(NEEDS)))
def test_no_answer_whatever_breaks_a_reading_or_makes_it_endless(
    script: list[bytes | Code], purpose: str
) -> None:
    every: Script = dict.fromkeys(Verb, script * 8)
    reading, asked = held(read_card(seen=SEEN, needs=NEEDS[purpose], operator=OPERATOR), every)
    assert len(asked) <= 3
    assert reading.authentication.result != "passed" or reading.biodata
    assert reading.signature.result != "passed"
    assert (reading.uid, reading.photo, reading.files) == (None, None, ())


@given(st.lists(said, min_size=1, max_size=8))
def test_no_answer_whatever_breaks_a_look_or_a_touch(script: list[bytes | Code]) -> None:
    for conversation in (look(EMPTY), look(SEEN), touch((b"2",), operator=OPERATOR), greet()):
        try:
            _, asked = held(conversation, dict.fromkeys(Verb, script * 8))
        except Failed:
            continue
        assert len(asked) <= 5
