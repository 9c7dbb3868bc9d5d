"""A service behind a link to each thing that it stands on: what it says of itself."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import asyncpg
from yarl import URL

from chassis.storage.postgres import Pool
from tests.integration.chassis.conftest import until

RESOURCES = {"database", "migrations"}
"""What `/readyz` tells of beside the parts."""
SOON_SECONDS, SPECIFIED_SECONDS = 120.0, 10.0
"""A bound that only a hang reaches on a busy machine, and what the full form asks for."""


class Service(ABC):
    """One that runs in this process.

    Args:
        http: where it answers.
    """

    def __init__(self, *, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def resources(self) -> tuple[bool, Mapping[str, str]]:
        """Whether it is ready, and what it says of each resource."""
        async with self.http.get("/readyz") as answer:
            said = await answer.json()
        return answer.status == 200, said["resources"]

    async def until_ready(self, *, is_so: bool = True) -> None:
        """Until it says that it is ready, or that it is not."""

        async def says_so() -> bool:
            return (await self.resources())[0] is is_so

        await until(says_so, what="ready" if is_so else "not ready", seconds=SOON_SECONDS)

    @abstractmethod
    async def to_be_sent(self) -> None:
        """Have it something to send, which nobody waits for."""

    async def works_again(self, probed: Callable[[], Awaitable[object]], *, is_long: bool) -> None:
        """It becomes ready and all that is probed works; the long form of a run has a time for that."""
        async with asyncio.timeout(SPECIFIED_SECONDS if is_long else 4 * SOON_SECONDS):
            await self.until_ready()
            await probed()
        await self.until_ready()


class ServiceWithDatabase(Service):
    """One that keeps in PostgreSQL what it has to send.

    Args:
        name: of the service.
        http: where it answers.
        pool: to its database, past the link.
    """

    def __init__(self, *, name: str, http: aiohttp.ClientSession, pool: Pool) -> None:
        super().__init__(http=http)
        self.name = name
        self.pool = pool

    @abstractmethod
    async def to_be_taken(self) -> None:
        """Have a message delivered to it, which nobody waits for."""

    async def relays(self) -> None:
        """What lies in the outbox is sent."""
        await self.to_be_sent()

        async def gone() -> bool:
            return not await self.pool.fetchval("SELECT count(*) FROM outbox")

        await until(gone, what="an empty outbox", seconds=SOON_SECONDS)

    async def to_be_sent(self) -> None:
        """Lay something into the outbox, which goes nowhere."""
        await self.pool.execute(
            """
            INSERT INTO outbox (message_id, routing_key, headers, body, delivery)
            VALUES (gen_random_uuid(), $1, '{}', '{}', 'heartbeat')
            """,
            f"nothing.said.v1.3372.{self.name}",
        )


def administrators(url: str, *, database: str) -> "asyncpg.Pool[asyncpg.Record]":
    """The administrator's connections to a database, whom no fault of a service's database strikes.

    Args:
        url: the administrator's, to any database of that server.
        database: its name.
    """
    return asyncpg.create_pool(
        str(URL(url).with_path(f"/{database}")),
        min_size=0,
        max_size=2,
        server_settings={"default_transaction_read_only": "off"},
    )
