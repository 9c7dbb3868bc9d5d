from io import BytesIO

import pytest

from operations.resident_file import COLUMNS, LONGEST_LINE, PART_BYTES, RETURN, TOO_LONG, TWICE, ResidentFile

HEADER = ",".join(COLUMNS).encode() + b"\n"
REST = b",SITI CONTOH,1990-01-01,P,33.72.04.1010,2011-09-01,,,,,,,,"


def line(number: int) -> bytes:
    return b"%016d" % number + REST


def cut(content: bytes) -> tuple[dict[int, bytes], dict[int, str]]:
    """The lines that are sent and those that are not, by their number in the file."""
    file = ResidentFile(file=BytesIO(HEADER + content))
    file.read_header()
    sent: dict[int, bytes] = {}
    bad: dict[int, str] = {}
    read = 0
    for part in file.parts():
        assert len(part.body) <= PART_BYTES + LONGEST_LINE
        assert part.read >= read
        read = part.read
        sent |= dict(zip(part.numbers, part.body.split(b"\n") if part.body else (), strict=True))
        bad |= {each.line: each.reason for each in part.bad}
    assert read == len(HEADER + content)
    return sent, bad


MANY = [line(number) for number in range(2 * PART_BYTES // len(line(0)))]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\n"])
def test_every_line_is_sent_once_with_its_number(end: bytes, last: bytes) -> None:
    sent, bad = cut(end.join(MANY) + last)
    assert sent == dict(enumerate(MANY, start=2))
    assert not bad


@pytest.mark.parametrize("length", [LONGEST_LINE, LONGEST_LINE + 1, PART_BYTES, 3 * PART_BYTES])
@pytest.mark.parametrize("before", [0, len(MANY) // 2 - 5, len(MANY) // 2 + 3])
def test_a_line_that_is_too_long_is_left_out_alone(length: int, before: int) -> None:
    long = line(10**9).ljust(length, b"x")
    sent, bad = cut(b"\n".join([*MANY[:before], long, *MANY[before:]]))
    assert list(sent.values()) == MANY
    assert bad == {before + 2: TOO_LONG}


@pytest.mark.parametrize("odd", [b"", b"x", b'"' + line(3).replace(b",", b'",', 1)])
def test_a_nik_that_occurs_twice_is_sent_once_however_far_apart(odd: bytes) -> None:
    _, bad = cut(b"\n".join([*MANY, MANY[5], odd]))
    assert bad == {len(MANY) + 2: TWICE} | ({len(MANY) + 3: TWICE} if len(odd) > 1 else {})


def test_what_only_begins_like_a_nik_is_for_the_registry_to_judge() -> None:
    longer = line(3).replace(b",", b"7,", 1)
    lines = [longer, *MANY[10:], line(3), longer]
    sent, bad = cut(b"\n".join(lines))
    assert list(sent.values()) == lines
    assert not bad


def test_a_line_end_within_a_line_is_not_sent() -> None:
    assert cut(b"\n".join([line(1), line(2).replace(b"I ", b"I\r"), line(3)]))[1] == {3: RETURN}


def test_empty_lines_count_and_are_not_sent() -> None:
    sent, bad = cut(b"\n\n" + line(1) + b"\n\n" + line(2))
    assert sent == {4: line(1), 6: line(2)}
    assert not bad
