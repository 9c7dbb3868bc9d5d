from collections.abc import Iterator
from typing import cast
from uuid import uuid4

import pamqp.frame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import encode
from pamqp.commands import Basic
from pamqp.exceptions import UnmarshalingException
from pamqp.header import ContentHeader

from chassis.unreadable import MOST_BYTES, Unreadable, tolerate
from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import to_wire
from tests.unit.chassis import strange

SENT = to_wire(examples()[catalogue.CARD_READ])
WORDS = ["content_type", "content_encoding", "correlation_id", "reply_to", "expiration", "message_type"]


@pytest.fixture(autouse=True, scope="module")
def tolerated() -> Iterator[None]:
    """In this module alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContentHeader, "unmarshal", ContentHeader.unmarshal)
        tolerate()
        yield


def read(properties: bytes) -> Basic.Properties:
    _, _, header = pamqp.frame.unmarshal(strange.frame(properties))
    return cast("ContentHeader", header).properties


def word(content: bytes) -> bytes:
    return bytes([len(content)]) + content


def is_as_sent(read: Basic.Properties, *, but: str) -> bool:
    sent = {"headers": SENT.headers, "message_id": SENT.message_id, "user_id": "admin", "delivery_mode": 2}
    return all(getattr(read, name) == value for name, value in sent.items() if name != but)


def test_what_pamqp_reads_is_read_as_it_reads_it() -> None:
    written = Basic.Properties(
        headers={"text": "é", "number": 7, "inner": {"list": [True, None, 1.5]}},
        content_type="application/json",
        priority=3,
        message_id=str(uuid4()),
        user_id="admin",
        app_id="x",
    )
    assert read(ContentHeader(properties=written).marshal()[12:]) == written


@given(name=st.sampled_from(WORDS), content=st.binary(max_size=255))
def test_whatever_stands_in_a_word_the_rest_is_as_it_was_sent(name: str, content: bytes) -> None:
    found = read(strange.properties(SENT, **{name: word(content)}))
    assert is_as_sent(found, but=name)
    try:
        assert getattr(found, name) == content.decode()
    except UnicodeDecodeError:
        assert getattr(found, name) is None


@given(fields=st.binary(max_size=400))
def test_whatever_stands_in_the_headers_the_rest_is_as_it_was_sent(fields: bytes) -> None:
    found = read(strange.properties(SENT, headers=strange.table(fields)))
    assert is_as_sent(found, but="headers")
    assert isinstance(found.headers, dict)


@given(moment=st.integers(0, 2**64 - 1))
def test_whatever_the_time_the_rest_is_as_it_was_sent(moment: int) -> None:
    assert is_as_sent(read(strange.properties(SENT, timestamp=moment.to_bytes(8))), but="timestamp")


@pytest.mark.parametrize(
    "headers",
    [
        strange.table(b"\x04t\xffmeV"),
        strange.nested(2_000),
        strange.table(b"\x00V" * (MOST_BYTES // 2)),
    ],
    ids=["not UTF-8", "nested", "too many"],
)
def test_of_headers_that_cannot_be_read_none_is_believed(headers: bytes) -> None:
    found = read(strange.properties(SENT, headers=headers))
    assert isinstance(found.headers, Unreadable)
    assert found.headers == {}


def test_properties_of_which_the_broker_reads_others_are_not_believed() -> None:
    found = read(strange.two_faced(SENT, told_the_broker="admin", told_the_reader="registry"))
    assert (found.user_id, found.message_id) == (None, None)
    assert isinstance(found.headers, Unreadable)


@given(properties=st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused_as_a_frame(properties: bytes) -> None:
    frame = strange.frame(properties)
    try:
        pamqp.frame.unmarshal(frame)
    except UnmarshalingException:
        assert len(properties) < len(encode.short_int(0))
