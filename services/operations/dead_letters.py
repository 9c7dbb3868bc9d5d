"""The queue of dead letters, gone through without losing one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from chassis.messaging.broker import DEAD_LETTERS, EVENTS, Broker
from chassis.messaging.publisher import CONFIRM_SECONDS
from operations.dead_letter import Choice, DeadLetter, letter_of, sent_again

Found = tuple[DeadLetter, AbstractIncomingMessage]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetters:
    """The queue, held by one channel: what is not taken for good is back in it when the channel closes."""

    channel: AbstractChannel

    async def look(self, choice: Choice) -> AsyncIterator[Found]:
        """Go through those that were there at the start, oldest first, and yield the chosen ones.

        Another command that looks at the same time has its part in hand: each sees what the other does not.
        """
        queue = await self.channel.declare_queue(DEAD_LETTERS, passive=True)
        for _ in range(queue.declaration_result.message_count or 0):
            message = await queue.get(no_ack=False, fail=False)
            if message is None:
                return
            letter = letter_of(message)
            if choice.means(letter):
                yield letter, message

    async def replay(self, message: AbstractIncomingMessage) -> None:
        """Send a dead letter again, and take it away once the broker has confirmed.

        Raises PublishError where no queue wants it any more, NotAgain where it cannot be sent as it was; it
        stays then. A command that is ended between
        the two sends it twice: it has the same id, and effects never repeat.
        """
        exchange = await self.channel.get_exchange(EVENTS, ensure=False)
        await exchange.publish(
            sent_again(message, now=datetime.now(UTC)),
            letter_of(message).routing_key,
            mandatory=True,
            timeout=CONFIRM_SECONDS,
        )
        await message.ack()

    async def purge(self, message: AbstractIncomingMessage) -> None:
        """Take a dead letter away for good."""
        await message.ack()


@asynccontextmanager
async def opened(broker: Broker) -> AsyncIterator[DeadLetters]:
    """The dead letters of a broker. Raises AMQPError or OSError where it is away."""
    async with broker.channel() as channel:
        yield DeadLetters(channel=channel)
