import string
from datetime import datetime
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import MOST_BYTES, Malformed, event, from_wire, to_wire
from ketuk_events.names import following_id, from_timestamp, to_timestamp

WIRE = to_wire(examples()[catalogue.CARD_PRESENTED])


def read(**changed: object) -> object:
    """What comes of the example where parts of it are changed."""
    fields = {
        "message_id": WIRE.message_id,
        "routing_key": WIRE.routing_key,
        "headers": WIRE.headers,
        "body": WIRE.body,
    }
    return from_wire(**{**fields, **changed}).data  # type: ignore[arg-type]  # wrong types are the point


def test_the_field_names_of_a_tap_are_those_that_integrators_read() -> None:
    body = msgspec.json.decode(to_wire(examples()[catalogue.CARD_VERIFIED]).body)
    assert " ".join(sorted(body)) == (
        "assurance attributes audience officer outcome person place reader reason rules tap tapped"
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"headers": {**WIRE.headers, "cloudEvents_type": "id.ketuk.card.eaten.v1"}}, "unknown type"),
        ({"headers": {}}, "unknown type"),
        ({"routing_key": "card.removed.v1.3372.kelurahan-jebres"}, "not what its routing key says"),
        ({"routing_key": "card.presented.v10.3372.kelurahan-jebres"}, "not what its routing key says"),
        ({"routing_key": ""}, "not what its routing key says"),
        ({"headers": {**WIRE.headers, "cloudEvents_source": "urn:other:3372:x"}}, "no source"),
        ({"headers": {**WIRE.headers, "cloudEvents_specversion": "0.3"}}, "unknown version"),
        ({"headers": {**WIRE.headers, "cloudEvents_time": "2026-02-30T00:00:00.000Z"}}, "no time"),
        ({"headers": {**WIRE.headers, "cloudEvents_time": "2026-02-27"}}, "no time"),
        ({"body": WIRE.body[:-1] + b" " * MOST_BYTES + b"}"}, "larger than any"),
        ({"message_id": "7"}, "no UUID"),
        ({"message_id": None}, "no UUID"),
        ({"message_id": "0190a6e0-5b1d-7000-8000-000000000002"}, "differ"),
        ({"body": b"{"}, "not JSON"),
        ({"body": b"\xff\xfe"}, "not JSON"),
        ({"body": b"[" * 100_000}, "card.presented"),
        ({"body": b"{}"}, "missing required field"),
        (
            {"body": WIRE.body.replace(b'"3372"', b"3372")},
            r"Expected `str`, got `int` - at `\$.asked.region`",
        ),
    ],
)
def test_what_is_not_of_the_contract_is_malformed_with_its_reason(
    changed: dict[str, object], reason: str
) -> None:
    with pytest.raises(Malformed, match=reason):
        read(**changed)


def test_a_reason_never_quotes_the_content() -> None:
    with pytest.raises(Malformed) as refused:
        read(body=WIRE.body.replace(b'"petugas-7"', b'"Siti Aminah"'))
    assert "Siti" not in str(refused.value)


def test_a_field_of_a_newer_minor_version_is_ignored() -> None:
    assert read(body=WIRE.body[:-1] + b',"mood":"good"}') == read()


@given(body=st.binary(max_size=2000) | st.text(string.printable).map(str.encode))
def test_any_bytes_are_either_of_the_contract_or_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read(body=body)


def test_an_event_carries_the_body_of_its_kind() -> None:
    sent = examples()[catalogue.CARD_PRESENTED]
    with pytest.raises(TypeError, match="carries CardRead"):
        event(
            catalogue.CARD_READ, sent.data, event_id=sent.id, region="3372", source="a", owner="a",
            time=from_timestamp(sent.time),
        )  # fmt: skip


def test_what_follows_from_a_message_in_a_role_always_has_the_same_id() -> None:
    cause = examples()[catalogue.CARD_READ].id
    assert following_id(cause, "verdict") == following_id(cause, "verdict") != following_id(cause, "receipt")
    assert following_id(cause, "verdict") == uuid5(
        UUID("7d8f2f0a-6b1e-5c55-9d0a-2f6f0c1b8a11"), f"{cause}/verdict"
    )


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_on_the_wire_is_utc_with_milliseconds(moment: datetime) -> None:
    try:
        written = to_timestamp(moment)
    except OverflowError:
        return  # the edge of the calendar cannot be put into UTC
    assert to_timestamp(from_timestamp(written)) == written
    assert len(written) == len("2026-11-24T02:15:30.125Z")
