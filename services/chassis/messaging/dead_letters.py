"""Dead letters: messages that must not be worked on, kept with the reason and where they came from."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import cast
from uuid import uuid4

from pamqp.encode import encode_table_value

from chassis.messaging.broker import DEAD_LETTERS
from chassis.messaging.fast_amqp.content_header import MOST_BYTES
from chassis.messaging.fast_amqp.deliveries import Delivered
from chassis.messaging.message_handler import Dead
from chassis.messaging.publisher import Publisher
from ketuk_events.catalogue import Delivery
from ketuk_events.events import CONTENT_TYPE, Wire
from ketuk_events.names import to_timestamp

FIRST_BYTES = 1_024
"""Of the body of a message that can never count."""
BODY_SHA256, BODY_BYTES = "ketuk-body-sha256", "ketuk-body-bytes"
"""Headers of a copy whose body was cut: what it was."""
_CUT = frozenset({BODY_SHA256, BODY_BYTES})
_LONGEST = MOST_BYTES - 512
"""Of a copy's headers: room for what the broker adds while it lies there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Graveyard:
    """Where the consumer of one queue puts what it must not work on."""

    publisher: Publisher
    """To the exchange of dead letters; it stamps nothing."""
    queue: str
    """Where the messages come from."""

    @classmethod
    async def beside(cls, publisher: Publisher, *, queue: str) -> "Graveyard":
        """The dead letters, reached as a publisher is; `queue` is where the messages come from."""
        return cls(publisher=await publisher.to(DEAD_LETTERS, stamped=False), queue=queue)

    async def bury(self, dead: Sequence[tuple[Delivered, Dead]]) -> None:
        """Publish copies with their reasons, confirmed; the caller acknowledges the originals afterwards.

        A copy carries `ketuk-reason`, `ketuk-queue`, `ketuk-routing-key`, `ketuk-user` (its publisher)
        and `ketuk-died` (when). Of a body that is not kept it has the first bytes, and its digest and length
        in `ketuk-body-sha256` and `ketuk-body-bytes`.
        """
        now = to_timestamp(datetime.now(UTC))
        rest = [self._copy(message, why, now=now) for message, why in dead]
        while rest:
            # nothing says that ids differ among them, and no id may be twice in flight
            together = {wire.message_id: wire for wire in rest}
            await self.publisher.publish_all(list(together.values()))
            rest = [wire for wire in rest if together[wire.message_id] is not wire]

    def _copy(self, message: Delivered, why: Dead, *, now: str) -> Wire:
        body = message.body
        origin = {
            "ketuk-reason": why.reason[:500],
            "ketuk-queue": self.queue,
            "ketuk-routing-key": message.routing_key,
            "ketuk-user": message.user,
            "ketuk-died": now,
        }
        if not why.keep_body and len(body) > FIRST_BYTES:
            origin |= {BODY_SHA256: sha256(body).hexdigest(), BODY_BYTES: str(len(body))}
            body = body[:FIRST_BYTES]
        return Wire(
            message_id=message.message_id or uuid4().hex,
            routing_key=self.queue,
            # headers of strangers may be of any kind that AMQP knows
            headers=cast("dict[str, str]", _with_strangers(message.headers, origin)),
            body=body,
            delivery=Delivery.WORK,
            content_type=message.content_type or CONTENT_TYPE,
        )


def _with_strangers(headers: Mapping[str, object], origin: Mapping[str, object]) -> Mapping[str, object]:
    """Ours and theirs; ours alone where both cannot be written, or not be read again."""
    # whatever a stranger thought of must not end who buries it
    with suppress(Exception):
        both = {**_writable(headers), **origin}
        if len(encode_table_value(both)) <= _LONGEST:  # type: ignore[arg-type]  # of what AMQP can write
            return both
    return origin


def _writable(headers: Mapping[str, object]) -> dict[str, object]:
    """Without what was read and cannot be written again, such as text that is not UTF-8."""
    kept: dict[str, object] = {}
    for name, value in headers.items():
        if name in _CUT:
            continue
        with suppress(Exception):
            encode_table_value(value)  # type: ignore[arg-type]  # whether it is one is asked here
            kept[name] = value
    return kept
