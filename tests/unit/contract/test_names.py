"""Small words of the contract, by known answers: who kept one must find the same again."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from ketuk_events.names import following_id, from_timestamp, is_timestamp, to_timestamp, whole
from ketuk_events.trace import parse, span_of, traceparent

TAP = UUID("01a20bec-d480-7c3e-9d52-3f6a1b2c4d5e")
MOMENT = datetime(2026, 11, 24, 2, 15, 30, 125_999, tzinfo=UTC)
WRITTEN = "2026-11-24T02:15:30.125Z"
HEADER = "00-01a20becd4807c3e9d523f6a1b2c4d5e-35d579156687310b-01"


def test_what_follows_from_a_message_has_the_id_that_it_always_had() -> None:
    assert following_id(TAP, "tap.judged") == UUID("44e454e0-b231-5c13-9b52-28b303fc40d7")
    assert following_id(TAP, "card.read") != following_id(TAP, "tap.judged")


def test_a_trace_is_the_taps_and_a_span_that_of_who_worked_on_what() -> None:
    assert span_of("tap", TAP) == span_of("tap", str(TAP)) == "35d579156687310b"
    assert span_of("send", TAP) != span_of("tap", TAP)
    assert traceparent(TAP, span_of("tap", TAP)) == HEADER


@pytest.mark.parametrize(
    "header",
    [None, "", HEADER + "1", "x" + HEADER, HEADER.upper(), HEADER.replace("00-", "01-"), HEADER[:-1]],
)
def test_what_is_no_header_of_a_trace_is_none(header: str | None) -> None:
    assert parse(header) is None
    assert parse(HEADER) == ("01a20becd4807c3e9d523f6a1b2c4d5e", "35d579156687310b")


def test_a_time_is_written_in_utc_and_cut_to_milliseconds() -> None:
    assert to_timestamp(MOMENT) == to_timestamp(MOMENT.astimezone(timezone(timedelta(hours=7)))) == WRITTEN
    assert from_timestamp(WRITTEN) == MOMENT.replace(microsecond=125_000)
    assert is_timestamp(WRITTEN)


@pytest.fixture
def jakarta(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The computer's own clock is that of western Indonesia."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Jakarta")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("jakarta")
def test_the_zone_of_the_computer_has_no_part_in_it() -> None:
    moment = datetime.now(UTC)  # which no cache has yet
    milliseconds = f"{moment.microsecond // 1000:03}"
    assert to_timestamp(moment) == f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds}Z"


@pytest.mark.parametrize(
    "written",
    [None, 5, "", "2026-02-30T02:15:30.125Z", WRITTEN + "\n", "x" + WRITTEN, WRITTEN[:-1], WRITTEN + "Z"],
)
def test_what_is_no_time_of_the_wire_is_told(written: object) -> None:
    assert not is_timestamp(written)


def test_a_whole_pattern_takes_no_more_than_itself() -> None:
    assert whole("[a-z]") == r"^[a-z]$(?!\n)"
