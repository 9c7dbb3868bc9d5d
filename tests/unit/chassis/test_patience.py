"""What is waited out, and what is the message's own fault."""

import asyncio

import asyncpg
import pytest

from chassis.runtime.health import Pulse
from chassis.runtime.retry import TRANSIENT, persist


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.OutOfMemoryError,
        asyncpg.ConfigurationLimitExceededError,
        asyncpg.PostgresIOError,
        asyncpg.DataCorruptedError,
        asyncpg.QueryCanceledError,
        asyncpg.IdleInTransactionSessionTimeoutError,
        asyncpg.LockNotAvailableError,
        asyncpg.InsufficientPrivilegeError,
        asyncpg.UndefinedTableError,
        asyncpg.InvalidCatalogNameError,
        asyncpg.UnknownPostgresError,
        MemoryError,
        TimeoutError,
    ],
)
def test_what_a_database_says_of_itself_is_waited_out(failure: type[BaseException]) -> None:
    assert issubclass(failure, TRANSIENT)


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.DataError,
        asyncpg.CharacterNotInRepertoireError,
        asyncpg.NumericValueOutOfRangeError,
        asyncpg.UniqueViolationError,
        asyncpg.CheckViolationError,
        LookupError,
        ValueError,
    ],
)
def test_what_a_database_says_of_the_message_is_not(failure: type[BaseException]) -> None:
    assert not issubclass(failure, TRANSIENT)


async def test_a_part_outlives_a_cancellation_that_nobody_asked_for() -> None:
    tried, pulse = 0, Pulse()

    async def attempt() -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise asyncio.CancelledError
        assert not pulse.is_up

    await asyncio.wait_for(persist(attempt, name="part", stopping=asyncio.Event(), pulse=pulse), 10)
    assert tried == 2


async def test_a_part_that_is_cancelled_ends() -> None:
    working = asyncio.create_task(
        persist(asyncio.Event().wait, name="part", stopping=asyncio.Event(), pulse=Pulse())  # type: ignore[arg-type]  # what it returns is not asked
    )
    await asyncio.sleep(0.01)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
