"""The bus as the rest of Ketuk: hears all that the gateway says, and answers as verification would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import ChannelNotFoundEntity

from chassis.messaging.broker import EVENTS, Broker
from chassis.messaging.publisher import Publisher
from dev.stack.secret_files import REGION
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import event, from_wire, to_wire
from ketuk_events.names import following_id, to_timestamp
from ketuk_events.readers import ReaderConnected, ReaderDisconnected
from ketuk_events.taps import CardPresented, CardRead, CardRemoved, CheckResult, TapJudged
from tests.integration.counter_model.heard import ROLES, Heard

GATEWAY = "kelurahan-jebres"
_FOR_OTHERS = ("verification.readings", "registry.verdicts", "registry.fleet")
_REASONS = {
    "verified": None,
    "refused": CheckResult(check="card.status", result="failed", code="blocked"),
    "inconclusive": CheckResult(check="card.status", result="not-done", code="unknown-card"),
}
OUTCOMES = tuple(_REASONS)


@dataclass(kw_only=True)
class Bus:
    """Args: admin: a connection that may do anything; judge: says what verification says."""

    admin: AbstractConnection
    judge: Publisher
    verdicts: str
    """The gateway's queue."""
    heard: list[Heard] = field(default_factory=list)
    """In the order of arrival."""
    readings: dict[str, CardRead] = field(default_factory=dict)
    """What verification could judge, by tap."""

    @classmethod
    @asynccontextmanager
    async def open(cls, *, admin: str, verification: str) -> AsyncIterator["Bus"]:
        """With the addresses for two accounts."""
        broker = Broker(url=verification, name="verification of the model")
        async with await aio_pika.connect(admin) as connection, broker.channel() as channel:
            judge = await broker.publisher(channel)
            bus = cls(admin=connection, judge=judge, verdicts=f"gateway.{REGION}.{GATEWAY}")
            hearing = await connection.channel()
            queue = await hearing.declare_queue(f"model.{uuid4()}", exclusive=True)
            for key in ("card.#", "reader.#"):
                await queue.bind(EVENTS, key)
            await queue.consume(bus._hear, no_ack=True)
            yield bus
            await bus.forget()

    async def forget(self) -> None:
        """Nothing was ever said, and nothing waits for anybody."""
        self.heard.clear()
        self.readings.clear()
        for name in (self.verdicts, *_FOR_OTHERS):
            channel = await self.admin.channel()
            try:
                await (await channel.declare_queue(name, passive=True)).purge()
            except ChannelNotFoundEntity:
                continue
            await channel.close()

    def has_heard_all_ends(self) -> bool:
        """Whether each tap that was presented was read and removed as well."""
        presented, read, removed = ({each.tap for each in self.heard if each.name == role} for role in ROLES)
        return presented == removed and presented <= read

    async def say(self, tap: str, outcome: str) -> None:
        """A verdict on a tap that was read, with the tap's id in the detail of its first check."""
        read = self.readings[tap]
        reason = _REASONS[outcome]
        mark = CheckResult(check="reader.trusted", result="passed", code="ok", detail=tap)
        verdict = TapJudged(
            tap=tap,
            asked=read.asked,
            began=read.began,
            judged=to_timestamp(datetime.now(UTC)),
            outcome=outcome,
            assurance="none" if reason else "genuine",
            reason=reason,
            checks=(mark, reason) if reason else (mark,),
            purpose_version=1,
            projection_version=1,
        )
        said = event(
            TAP_JUDGED,
            verdict,
            event_id=following_id(UUID(tap), TAP_JUDGED.name),
            region=read.asked.region,
            source="verification",
            owner=read.asked.gateway,
            time=datetime.now(UTC),
        )
        await self.judge.publish_all([to_wire(said)])

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        said = from_wire(
            message_id=message.message_id,
            routing_key=message.routing_key or "",
            headers=message.headers,
            body=message.body,
        )
        about = partial(Heard, message_id=str(said.id), name=said.kind.name, body=message.body)
        match said.data:
            case CardPresented() | CardRead() | CardRemoved() as tap:
                self.heard.append(about(reader=tap.asked.reader, tap=tap.tap))
            case ReaderConnected() | ReaderDisconnected() as what:
                self.heard.append(about(reader=what.reader.reader, count=(what.epoch, what.sequence)))
        if isinstance(said.data, CardRead):
            self.readings[said.data.tap] = said.data
