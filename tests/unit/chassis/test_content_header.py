import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import decode
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from chassis.messaging.fast_amqp import content_header
from chassis.messaging.fast_amqp.content_header import DEEPEST, MOST_BYTES, MOST_FIELDS, Unreadable
from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import to_wire
from tests.unit.chassis import strange

SENT = to_wire(examples()[catalogue.CARD_READ])
WORDS = ["content_type", "content_encoding", "correlation_id", "reply_to", "expiration", "message_type"]
NAMES = st.text(min_size=1, max_size=140)
TEXTS = st.text(max_size=40)
HEADERS = st.dictionaries(NAMES, TEXTS) | st.dictionaries(
    NAMES,
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, width=32)
    | TEXTS
    | st.lists(st.none() | st.booleans() | st.floats(allow_nan=False, width=32) | TEXTS, max_size=3)
    | st.dictionaries(st.text(max_size=9), TEXTS, max_size=3),
    max_size=6,
)
PROPERTIES = st.builds(
    Basic.Properties,
    content_type=st.none() | TEXTS,
    content_encoding=st.none() | TEXTS,
    headers=st.none() | HEADERS,
    delivery_mode=st.sampled_from([None, 1, 2]),
    priority=st.none() | st.integers(0, 255),
    correlation_id=st.none() | TEXTS,
    reply_to=st.none() | TEXTS,
    expiration=st.none() | TEXTS,
    message_id=st.none() | TEXTS,
    timestamp=st.none()
    | st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001  its zone follows
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    ),
    message_type=st.none() | TEXTS,
    user_id=st.none() | TEXTS,
    app_id=st.none() | TEXTS,
)
"""Whatever pamqp can write."""
EMPTY = strange.table(b"")
FIELDS = (
    st.sampled_from([b"\x01aS\0\0\0\x02hi", b"\x01bI\0\0\0\x07", b"\0S\0\0\0\0", b"\x01c"])
    | st.sampled_from([b"\x01aS\0\0\0\x01\xff", b"\x01\xffS\0\0\0\x01x", b"\x01dS\0\0\0\x02x"])
    | st.binary(max_size=20)
)
"""Of tables, right and wrong."""
KINDS = st.sampled_from([*(bytes((each,)) for each in b"tbBsuIiflLdDTSAFVx"), b"\x00", b"?"])
"""Of values; what follows one need not be of it."""
WITHIN = st.recursive(
    st.tuples(KINDS, st.binary(max_size=9)).map(b"".join),
    lambda inner: st.tuples(
        st.sampled_from([b"F", b"A"]),
        st.lists(st.tuples(st.sampled_from([b"", b"\x01k"]), inner).map(b"".join), max_size=3).map(b"".join),
        st.integers(-2, 2),
    ).map(lambda of: of[0] + struct.pack(">I", max(0, len(of[1]) + of[2])) + of[1]),
    max_leaves=4,
)
"""Values, and tables and lists of them whose length need not be right."""


def read(properties: bytes) -> Basic.Properties:
    return content_header.read(strange.header(properties)).properties


def read_by_pamqp(written: bytes) -> ContentHeader:
    header = ContentHeader()
    header.unmarshal(written)
    return header


def word(content: bytes) -> bytes:
    return bytes([len(content)]) + content


def is_as_sent(read: Basic.Properties, *, but: str) -> bool:
    sent = {"headers": SENT.headers, "message_id": SENT.message_id, "user_id": "admin", "delivery_mode": 2}
    return all(getattr(read, name) == value for name, value in sent.items() if name != but)


@given(properties=PROPERTIES, body_size=st.integers(0, 2**63))
def test_a_header_is_written_as_pamqp_writes_it(properties: Basic.Properties, body_size: int) -> None:
    written = content_header.write(properties, body_size=body_size)
    assert written == ContentHeader(body_size=body_size, properties=properties).marshal()


@given(properties=PROPERTIES, body_size=st.integers(0, 2**63))
def test_what_pamqp_reads_is_read_as_it_reads_it(properties: Basic.Properties, body_size: int) -> None:
    written = ContentHeader(body_size=body_size, properties=properties).marshal()
    ours, theirs = content_header.read(written), read_by_pamqp(written)
    assert ours.properties == theirs.properties
    assert (ours.class_id, ours.weight, ours.body_size) == (theirs.class_id, theirs.weight, body_size)


@given(
    fields=st.lists(FIELDS | WITHIN.map(lambda value: b"\x01v" + value)).map(b"".join),
    cut=st.integers(-4, 4),
)
def test_no_table_is_read_as_another_than_pamqp_reads(fields: bytes, cut: int) -> None:
    said = max(0, len(fields) + cut)
    table = struct.pack(">I", said) + fields
    written = struct.pack(">H", Basic.Properties.flags["headers"]) + table
    try:
        _, theirs = decode.field_table(table[: 4 + said])
    except Exception:  # noqa: BLE001  whatever it fails with
        theirs = Unreadable()
    if said > MOST_BYTES or strange.nesting(theirs) > DEEPEST or strange.count(theirs) > MOST_FIELDS:
        theirs = Unreadable()
    ours = read(written).headers
    assert repr(ours) == repr(theirs)  # for a number that is none is not itself
    assert isinstance(ours, Unreadable) == isinstance(theirs, Unreadable)


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
        strange.nested(DEEPEST),
        strange.table(b"\x01aA" + strange.table(b"A" + strange.table(b"A" + strange.table(b"F" + EMPTY)))),
        strange.table(b"\x01aV" * (MOST_FIELDS + 1)),
        strange.table(b"".join(b"\x03%03dS\0\0\0\0" % number for number in range(MOST_FIELDS + 1))),
        strange.table(b"\x01aA" + strange.table(b"V" * MOST_FIELDS)),
        strange.table(b"\x01aS" + (MOST_BYTES).to_bytes(4) + b"x" * MOST_BYTES),
        strange.table(b"\x01aA" + b"\xff\xff\xff\xff"),
    ],
    ids=[
        "not UTF-8",
        "nested without end",
        "tables one too deep",
        "lists one too deep",
        "one too many",
        "one text too many",
        "one too many within",
        "too long",
        "a list that says it has four billion values",
    ],
)
def test_of_headers_that_cannot_be_read_none_is_believed(headers: bytes) -> None:
    found = read(strange.properties(SENT, headers=headers))
    assert isinstance(found.headers, Unreadable)
    assert found.headers == {}


@pytest.mark.parametrize(
    "headers",
    [
        strange.nested(DEEPEST - 1),
        strange.table(b"".join(b"\x03%03dV" % number for number in range(MOST_FIELDS))),
        strange.table(b"".join(b"\x03%03dS\0\0\0\0" % number for number in range(MOST_FIELDS))),
    ],
    ids=["as deep as may be", "as many", "as many texts"],
)
def test_headers_up_to_the_bounds_are_read(headers: bytes) -> None:
    found = read(strange.properties(SENT, headers=headers)).headers
    assert found == decode.field_table(headers)[1]
    assert not isinstance(found, Unreadable)


def test_properties_of_which_the_broker_reads_others_are_not_believed() -> None:
    found = read(strange.two_faced(SENT, told_the_broker="admin", told_the_reader="registry"))
    assert (found.user_id, found.message_id) == (None, None)
    assert isinstance(found.headers, Unreadable)


@given(properties=st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_where_there_are_flags(properties: bytes) -> None:
    try:
        read(properties)
    except struct.error:
        assert len(properties) < struct.calcsize(">H")
