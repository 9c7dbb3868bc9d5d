"""Where all contestants compete: the private stack, its queues and its database."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import asyncpg
import psutil
from aio_pika.abc import AbstractChannel
from yarl import URL

from bench.verification.corpus import REGION, Corpus
from bench.verification.hostile import Letter
from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from dev.stack.depth import depth
from dev.stack.stack import Stack
from ketuk_events.projection import CardStatusChanged, GatewayApproved, KeyPublished, SnapshotPart
from verification.projection import store as projection
from verification.projection import store as whole
from verification.rules.card_ref import card_ref

READINGS, VERDICTS = "verification.readings", "registry.verdicts"
AT_ONCE = 500
LOOK_SECONDS = 0.02
BOUND_SECONDS = 900.0
FOLDER = Path(__file__).parents[2] / ".run" / "bench"


@dataclass(frozen=True, kw_only=True)
class Site:
    """The stack, and an administrator's channel on its broker."""

    stack: Stack
    corpus: Corpus
    channel: AbstractChannel

    @property
    def environment(self) -> dict[str, str]:
        """The settings of verification, for whoever judges here."""
        found = self.stack.environment()
        return {
            "KETUK_REGION": REGION,
            "KETUK_AMQP_URL": found["AMQP_VERIFICATION_URL"],
            "KETUK_DATABASE_URL": found["DATABASE_VERIFICATION_URL"],
            "KETUK_HTTP_PORT": "0",
            "KETUK_SECRETS_DIR": str(self.stack.secrets.folder("verification")),
            "KETUK_VERIFICATION_KEY": self.corpus.verification_key,
        }

    async def clear(self) -> None:
        """Forget what was read and decided before."""
        for queue in (READINGS, VERDICTS, DEAD_LETTERS):
            await (await self.channel.get_queue(queue, ensure=False)).purge()
        # by the administrator, who alone may force what is written so far to the disk
        database = await asyncpg.connect(self.stack.postgres.url("postgres", "verification"))
        await database.execute("TRUNCATE decisions")
        await database.execute("CHECKPOINT")
        await database.close()

    async def send(self, letters: Sequence[Letter]) -> None:
        """Publish letters in their gateways' names, confirmed."""
        operator = await aio_pika.connect(self.stack.environment()["AMQP_OPERATOR_URL"])
        async with operator:
            channel = await operator.channel()
            exchange = await channel.get_exchange(EVENTS, ensure=False)
            for begin in range(0, len(letters), AT_ONCE):
                await asyncio.gather(
                    *(
                        exchange.publish(message(letter), letter.routing_key)
                        for letter in letters[begin : begin + AT_ONCE]
                    )
                )

    async def judged(self, count: int, *, all_taken: bool = False) -> None:
        """Wait for so many verdicts, and until no letter waits. Raises TimeoutError after a long time."""
        deadline = asyncio.get_running_loop().time() + BOUND_SECONDS
        while await self.depth(VERDICTS) < count or (all_taken and await self.depth(READINGS)):
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError
            await asyncio.sleep(LOOK_SECONDS)

    async def depth(self, queue: str) -> int:
        """Messages in a queue that nobody holds."""
        return await depth(self.channel, queue)

    def cpu(self) -> float:
        """CPU seconds of broker and database."""
        return sum(map(self._tree_cpu, ("rabbitmq", "postgres")))

    def _tree_cpu(self, name: str) -> float:
        first = psutil.Process(self.stack.children.pid(name))
        times = [each.cpu_times() for each in (first, *first.children(recursive=True))]
        # what its children used that have ended is with it
        return sum(each.user + each.system + each.children_user + each.children_system for each in times)

    async def decided(self) -> int:
        """Decisions in the database."""
        database = await asyncpg.connect(self.environment["KETUK_DATABASE_URL"])
        found = await database.fetchval("SELECT count(*) FROM decisions")
        await database.close()
        return int(found)


def message(letter: Letter) -> aio_pika.Message:
    """The letter as a persistent message."""
    return aio_pika.Message(
        letter.body,
        headers=dict(letter.headers),
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=letter.message_id,
        user_id=letter.user,
    )


def administrator(stack: Stack) -> str:
    """Where the broker's administrator finds the services' virtual host."""
    return str(URL(stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk"))


@contextmanager
def fresh_stack() -> Iterator[Stack]:
    """A stack of its own, removed afterwards."""
    stack = Stack.fresh(folder=FOLDER)
    try:
        stack.start()
        yield stack
    finally:
        stack.discard()


@asynccontextmanager
async def site(stack: Stack, corpus: Corpus) -> AsyncIterator[Site]:
    """The site, whose projection knows all gateways and cards of the corpus."""
    await _enter(stack, corpus)
    async with await aio_pika.connect(administrator(stack)) as connection:
        yield Site(stack=stack, corpus=corpus, channel=await connection.channel())


async def _enter(stack: Stack, corpus: Corpus) -> None:
    key = bytes.fromhex(stack.secrets.read("verification/ketuk_card_ref_key"))
    gateways = [
        GatewayApproved(
            region=REGION,
            gateway=name,
            institution=name,
            place="33.72.04.1010",
            public_key=public_key,
            version=1,
        )
        for name, public_key in corpus.gateways.items()
    ]
    cards = [
        CardStatusChanged(card_ref=card_ref(uid, key=key), status="active", version=1) for uid in corpus.uids
    ]
    database = await asyncpg.connect(stack.environment()["DATABASE_VERIFICATION_URL"])
    await projection.apply(database, [*gateways, *cards, issuers_key(corpus)])
    # as if the registry had told all that
    await whole.arrived(database, SnapshotPart(part=1, parts=1))
    await database.close()


def issuers_key(corpus: Corpus) -> KeyPublished:
    """The key with which verification checks each card's signature itself."""
    return KeyPublished(
        key_id="bench",
        use="issuer",
        owner="penerbit",
        public_key=corpus.issuer,
        valid_until="2100-01-01T00:00:00.000Z",
        version=1,
    )
