"""What a handler is given, what it concludes, and how the fault of one message is kept from the rest."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from msgspec import Struct

from chassis.messaging.fast_amqp.content_header import Unreadable
from chassis.messaging.fast_amqp.deliveries import Delivered
from chassis.runtime.failure_reasons import places
from chassis.runtime.retry import TRANSIENT
from ketuk_events.events import Event, Malformed, Wire, from_wire


class Arrival(Struct, frozen=True, kw_only=True):
    """A message that arrived and is of the contract."""

    event: Event
    user: str | None
    """The account that published it, as the broker checked it."""
    body: bytes


class Settled(Struct, frozen=True, kw_only=True):
    """The work is done and committed; these follow from it and are published before the acknowledgement."""

    follows: tuple[Wire, ...] = ()


class Dead(Struct, frozen=True, kw_only=True):
    """The message must not be worked on: to the dead letters with this reason (nothing personal in it)."""

    reason: str
    keep_body: bool = True
    """Whether it may count once something is mended here; of any other message the beginning is kept."""


Conclusion = Settled | Dead
Handle = Callable[[Sequence[Arrival]], Awaitable[Sequence[Conclusion]]]
"""Works on a batch in one transaction; returns one conclusion for each arrival, in their order.

It is called again with the same messages after a failure or a restart: decisions that stand must be found and
followed by byte-identical messages. Raising a transient failure has the batch tried again. One call has ended
before the next begins, but what follows from the one before may not be published yet.
"""

Opened: TypeAlias = list[tuple[Delivered, Arrival]]
Refused: TypeAlias = list[tuple[Delivered, Dead]]


def opened(batch: Sequence[Delivered]) -> tuple[Opened, Refused]:
    """Those that are of the contract, and the others with the reason."""
    arrivals: Opened = []
    refused: Refused = []
    for message in batch:
        if isinstance(message.headers, Unreadable):
            refused.append((message, Dead(reason="its headers cannot be read", keep_body=False)))
            continue
        try:
            event = from_wire(
                message_id=message.message_id,
                routing_key=message.routing_key,
                headers=message.headers,
                body=message.body,
            )
        except Malformed as why:
            refused.append((message, Dead(reason=str(why), keep_body=False)))
        else:
            arrivals.append((message, Arrival(event=event, user=message.user, body=message.body)))
    return arrivals, refused


async def handled(
    handle: Handle, arrivals: Sequence[Arrival], *, log: structlog.typing.FilteringBoundLogger
) -> Sequence[Conclusion]:
    """What the handler concludes; where it fails each half is tried, and who fails alone is dead.

    So one at fault among n costs some 2 log n transactions.

    Raises a transient failure as it is.
    """
    if not arrivals:
        return []
    try:
        return await handle(arrivals)
    except TRANSIENT:
        raise
    except Exception as failure:  # noqa: BLE001  the fault of one message must not harm the rest
        # the type and the place, for what an exception says may quote personal data
        log.error("handler failed", because=type(failure).__name__, at=places(failure)[-1])  # noqa: TRY400  the same
        if len(arrivals) == 1:
            return [Dead(reason=f"handler failed: {type(failure).__name__}")]
    half = len(arrivals) // 2
    return [
        conclusion
        for part in (arrivals[:half], arrivals[half:])
        for conclusion in await handled(handle, part, log=log)
    ]
