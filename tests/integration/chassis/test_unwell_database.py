"""A database that answers and is not well: what comes meanwhile is held, and nothing dies of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

import asyncpg
import pytest

from chassis.messaging.batch_consumer import Arrival, Conclusion, Settled
from chassis.storage.postgres import database, ping
from tests.integration.chassis import test_outbox
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_batches import consumer, running

pool = test_outbox.pool
UNWELL = {
    "read-only": (
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "ALTER SYSTEM RESET default_transaction_read_only",
    ),
    "a grant missing": (
        "REVOKE INSERT, UPDATE, DELETE ON outbox FROM verification",
        "GRANT INSERT, UPDATE, DELETE ON outbox TO verification",
    ),
    "statements cancelled": (
        "ALTER SYSTEM SET statement_timeout = '1ms'",
        "ALTER SYSTEM RESET statement_timeout",
    ),
}
RELOAD = "SELECT pg_reload_conf()"


@pytest.fixture
async def admin(stack_env: Mapping[str, str]) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The database's administrator, whom neither setting strikes."""
    url = stack_env["DATABASE_ADMIN_URL"].rpartition("/")[0] + "/verification"
    found = await asyncpg.connect(
        url, server_settings={"default_transaction_read_only": "off", "statement_timeout": "0"}
    )
    yield found
    for _, well in UNWELL.values():
        await found.execute(well)
    await found.execute(RELOAD)
    await found.close()


@pytest.mark.parametrize("unwell", UNWELL)
@pytest.mark.usefixtures("pool")
async def test_nothing_dies_of_a_database_that_is_unwell_for_longer_than_a_batch_is_held(
    desk: Desk,
    stack_env: Mapping[str, str],
    admin: "asyncpg.Connection[asyncpg.Record]",
    unwell: str,
) -> None:
    makes_unwell, makes_well = UNWELL[unwell]
    handled: set[str] = set()

    async def write(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        async with its.acquire() as connection, connection.transaction():
            await connection.execute("DELETE FROM outbox")
            await connection.execute("SELECT pg_sleep(0.01)")
        handled.update(str(arrival.event.id) for arrival in arrivals)
        return [Settled() for _ in arrivals]

    async def all_handled() -> bool:
        return len(handled) == 20

    async def is_empty() -> bool:
        return await desk.depth() == 0

    async with database(stack_env["DATABASE_VERIFICATION_URL"], name="test") as its:
        await ping(its)
        each = consumer(desk, write, ready=partial(ping, its), hold_seconds=0.5)
        await admin.execute(makes_unwell)
        await admin.execute(RELOAD)
        async with running(each):
            await desk.send(*wires(20, owner=desk.owner))
            await asyncio.sleep(3)
            assert not each.pulse.is_up
            await admin.execute(makes_well)
            await admin.execute(RELOAD)
            await until(all_handled, what="all handled")
            # what was given back is handled once more when it is delivered again
            await until(is_empty, what="all delivered")
        # handled comes before acknowledged
        await until(is_empty, what="the queue empty")
    assert await desk.dead_depth() == 0
