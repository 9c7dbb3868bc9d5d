"""A card's status by its version: what comes late, or twice, or in any order, makes nothing active again."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from chassis.storage.postgres import Connection, database
from ketuk_events.projection import CardStatusChanged, SnapshotPart
from verification.projection import store as projection
from verification.projection.store import Change

REF = secrets.token_hex(32)
BLOCKED = CardStatusChanged(card_ref=REF, status="blocked", version=2)
ACTIVE = CardStatusChanged(card_ref=REF, status="active", version=1)
AS_IT_COMES: dict[str, Sequence[Sequence[Change]]] = {
    "one after the other": [[BLOCKED], [ACTIVE]],
    "in one batch": [[BLOCKED, ACTIVE]],
    "in one batch, in their order": [[ACTIVE, BLOCKED]],
    "in a part of a snapshot": [
        [BLOCKED],
        list(projection.parts_of(SnapshotPart(part=1, parts=1, cards=(ACTIVE,)))),
    ],
    "twice in a part of a snapshot": [
        list(projection.parts_of(SnapshotPart(part=1, parts=1, cards=(BLOCKED, ACTIVE))))
    ],
    "again, the same": [[BLOCKED], [ACTIVE], [BLOCKED], [ACTIVE]],
}


@pytest.fixture
async def connection(stack_env: Mapping[str, str]) -> AsyncIterator[Connection]:
    """In a transaction that leaves nothing."""
    async with (
        database(stack_env["DATABASE_VERIFICATION_URL"], name="test") as pool,
        pool.acquire() as connection,
    ):
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


@pytest.mark.parametrize("how", AS_IT_COMES)
async def test_a_card_that_was_blocked_stays_so_whatever_older_word_comes(
    connection: Connection, how: str
) -> None:
    for batch in AS_IT_COMES[how]:
        await projection.apply(connection, batch)
    status = await connection.fetchval("SELECT status FROM cards WHERE card_ref = decode($1, 'hex')", REF)
    assert status == "blocked"


async def test_a_newer_word_counts(connection: Connection) -> None:
    await projection.apply(connection, [ACTIVE])
    await projection.apply(connection, [BLOCKED])
    again = CardStatusChanged(card_ref=REF, status="active", version=3)
    await projection.apply(connection, [again])
    status = await connection.fetchval("SELECT status FROM cards WHERE card_ref = decode($1, 'hex')", REF)
    assert status == "active"
