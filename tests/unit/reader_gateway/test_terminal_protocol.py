from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_gateway.terminal.protocol import (
    LONGEST_ANSWER,
    LONGEST_TEXT,
    Answer,
    Decoder,
    Request,
    Verb,
    decode,
    display,
)

VERBS = st.sampled_from(list(Verb))
PAYLOADS = st.binary(max_size=200).filter(
    lambda payload: b"#;" not in b"#" + payload + b"#" and b"$" not in payload
)
NOISE = st.binary(max_size=60).filter(lambda noise: b"$" not in noise and b"#;" not in noise)


def said(answer: Answer) -> bytes:
    return b"$" + answer.verb.encode() + b"#" + answer.payload + b"#;"


def in_pieces(line: bytes, cuts: Sequence[int]) -> list[Answer]:
    """What is heard where a line arrives cut at these places."""
    decoder, begin = Decoder(), 0
    answers: list[Answer] = []
    for cut in [*sorted(cut % (len(line) + 1) for cut in cuts), len(line)]:
        answers += decoder.feed(line[begin:cut])
        begin = cut
    return answers


@given(st.lists(st.tuples(NOISE, st.builds(Answer, VERBS, PAYLOADS)), max_size=5), st.lists(st.integers(0)))
def test_answers_are_heard_whole_however_they_arrive_and_whatever_noise_is_between(
    line: list[tuple[bytes, Answer]], cuts: list[int]
) -> None:
    sent = b"".join(noise + said(answer) for noise, answer in line)
    assert in_pieces(sent, cuts) == [answer for _, answer in line]


@given(st.binary(max_size=2000), st.lists(st.integers(0), max_size=20))
def test_any_bytes_are_heard_alike_in_any_pieces(line: bytes, cuts: list[int]) -> None:
    assert in_pieces(line, cuts) == decode(line)


fragments = st.sampled_from(
    [b"$poll#", b"$put", b"$putktp#", b"#;", b"#", b";", b"$", b"Y", b"0,34,0,0", b"\x00"]
)


@given(st.lists(fragments, max_size=30).map(b"".join), st.lists(st.integers(0), max_size=20))
def test_broken_answers_are_heard_alike_in_any_pieces(line: bytes, cuts: list[int]) -> None:
    heard = in_pieces(line, cuts)
    assert heard == decode(line)
    assert all(b"#;" not in answer.payload for answer in heard)


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        (b"$open#0#;", [(Verb.OPEN, b"0")]),
        (b"$putktp#0,2,7#;$machinelg#kosong#;", [(Verb.PUT, b"0,2,7"), (Verb.LOG, b"kosong")]),
        (b"$demog#JL. A;B #4#;", [(Verb.DEMOG, b"JL. A;B #4")]),
        (b"$demog###;", [(Verb.DEMOG, b"#")]),
        (b"$poll#0,3$poll#0,34,0,0#;", [(Verb.POLL, b"0,34,0,0")]),
        (b'$demog#"3372$ack#x#;', [(Verb.ACK, b"x")]),
        (b"$demog#costs $5#;", [(Verb.DEMOG, b"costs $5")]),
        (b"$poll#;", []),
        (b"$jump#0#;$ack#x#;", [(Verb.ACK, b"x")]),
        (b"$poll#0,34", []),
        (b"ektppoll#;", []),
        (b"", []),
    ],
)
def test_what_the_protocol_can_tell_is_told(line: bytes, heard: list[tuple[Verb, bytes]]) -> None:
    assert [(answer.verb, answer.payload) for answer in decode(line)] == heard


def test_an_answer_without_an_end_is_forgotten_and_the_next_is_heard() -> None:
    decoder = Decoder()
    assert decoder.feed(b"$demog#") == []
    for _ in range(40):
        assert decoder.feed(b"x" * 10_000) == []
        assert len(decoder._held) <= LONGEST_ANSWER  # noqa: SLF001  that memory is bounded is the point
    assert decoder.feed(b"#;$ack#y#;") == [Answer(Verb.ACK, b"y")]


def test_an_answer_that_begins_after_endless_noise_is_heard_whole() -> None:
    decoder = Decoder()
    assert decoder.feed(b"x" * LONGEST_ANSWER + b"$demog#" + b"y" * 100) == []
    assert decoder.feed(b"#;") == [Answer(Verb.DEMOG, b"y" * 100)]


def test_an_answer_that_is_too_long_is_none_even_if_it_comes_at_once() -> None:
    assert decode(b"$demog#" + b"x" * LONGEST_ANSWER + b"#;$ack#y#;") == [Answer(Verb.ACK, b"y")]


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (Request(verb=Verb.ACK), b"ektpack#;"),
        (Request(verb=Verb.PUT, args=("1", "TEMPELKAN KTP-EL")), b"ektpput#1#TEMPELKAN KTP-EL#;"),
        (
            Request(verb=Verb.FINGER, args=("15", "2,7", "petugas", "0", "JARI")),
            b"ektpfinger#15#2,7#petugas#0#JARI#;",
        ),
    ],
)
def test_a_request_has_the_form_of_the_protocol(request_: Request, line: bytes) -> None:
    assert request_.encode() == line


@pytest.mark.parametrize("arg", ["a#b", "a;b", "$ack", "tanda\n", "héboh", "\x00"])
def test_what_the_protocol_cannot_carry_is_not_sent(arg: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        Request(verb=Verb.PUT, args=("1", arg)).encode()


@given(st.text(max_size=200))
def test_any_text_can_be_shown_as_far_as_the_protocol_goes(text: str) -> None:
    shown = display(text)
    assert len(shown) <= LONGEST_TEXT
    assert Request(verb=Verb.PUT, args=("1", shown)).encode().startswith(b"ektpput#1#")


def test_neither_a_request_nor_an_answer_shows_what_it_holds() -> None:
    request = Request(verb=Verb.DEMOG, args=("15", "petugas", "3372990101010001"))
    assert "3372990101010001" not in repr(request)
    assert "3372990101010001" not in repr(Answer(Verb.DEMOG, b"3372990101010001"))
