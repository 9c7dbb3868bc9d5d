"""What is asked of a database: each statement, and each transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import ceil, log2

import asyncpg
from asyncpg.connection import LoggedQuery

from chassis.storage.postgres import Connection, Pool


@dataclass
class Statements:
    """All that went over the connections of a pool."""

    said: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Statements, but for the beginnings and ends of transactions."""
        return len([each for each in self.said if not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))])

    @property
    def transactions(self) -> int:
        """Those that were begun."""
        return len([each for each in self.said if each.startswith("BEGIN")])


@asynccontextmanager
async def counted(url: str) -> AsyncIterator[tuple[Pool, Statements]]:
    """A pool of one connection, and what is said over it."""
    statements = Statements()

    def note(query: LoggedQuery) -> None:
        statements.said.append(query.query.strip())

    async def listen(connection: Connection) -> None:
        connection.add_query_logger(note)

    async with asyncpg.create_pool(url, min_size=1, max_size=1, init=listen) as pool:
        yield pool, statements


def attempts(messages: int) -> int:
    """How many batches it takes at most to find the one that fails, where each that fails is halved."""
    return 2 * ceil(log2(messages)) + 1
