"""One message that PostgreSQL will not take, among 199 that it does: it alone is dead, and soon found."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import structlog
from msgspec import structs

from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.messaging.message_handler import handled
from chassis.storage.postgres import Pool, PostgresOutbox
from dev.contract.examples import examples
from ketuk_events.catalogue import GATEWAY_BEAT, READER_CONNECTED
from ketuk_events.events import Event
from ketuk_events.readers import GatewayBeat, ReaderConnected
from registry.audit.unit_of_work import Office
from registry.readers.heartbeat_consumer import Fleet
from registry.readers.silence_monitor import silent_after
from registry.readers.tracking import Following
from registry.settings import RegistrySettings
from tests.support.statements import Statements, attempts, counted

BATCH = 200
NOTHING_TAKES_IT = "Virtual\x0000 00"
"""PostgreSQL has no text with this in it; the contract has none either, so it is put in behind its back."""
SINGLY = structlog.get_logger()


@pytest.fixture
def gateway() -> str:
    return f"kelurahan-{uuid4().hex[:8]}"


def arrival(event: Event, *, gateway: str, **data: object) -> Arrival:
    changed = structs.replace(event.data, gateway=gateway, **data)
    return Arrival(event=structs.replace(event, id=uuid4(), data=changed), user=f"3372.{gateway}", body=b"")


def connected(gateway: str) -> Iterator[Arrival]:
    """As many gateways at which a reader comes."""
    event = examples()[READER_CONNECTED]
    assert isinstance(event.data, ReaderConnected)
    for number in range(BATCH):
        yield arrival(event, gateway=f"{gateway}-{number}", epoch=1, sequence=1)


def beats(gateway: str) -> Iterator[Arrival]:
    """As many gateways that live, with a reader each."""
    event = examples()[GATEWAY_BEAT]
    assert isinstance(event.data, GatewayBeat)
    for number in range(BATCH):
        readers = (structs.replace(event.data.readers[0], reader="loket-1"),)
        yield arrival(event, gateway=f"{gateway}-{number}", readers=readers, epoch=1, sequence=1)


def spoilt(good: Arrival) -> Arrival:
    """The same of a model that no table holds."""
    match good.event.data:
        case ReaderConnected() as told:
            data: object = structs.replace(told, reader=structs.replace(told.reader, model=NOTHING_TAKES_IT))
        case GatewayBeat() as told:
            data = structs.replace(told, readers=(structs.replace(told.readers[0], model=NOTHING_TAKES_IT),))
    return structs.replace(good, event=structs.replace(good.event, data=data))


async def heard(pool: Pool, arrivals: list[Arrival]) -> list[Conclusion]:
    office = Office(pool=pool, outbox=PostgresOutbox(pool=pool), region="3372", card_ref_key=bytes(32))
    fleet = Fleet(office=office, following=Following(office=office, silent_after=silent_after(30.0)))
    return list(await handled(fleet, arrivals, log=SINGLY))


async def stored(pool: Pool, gateway: str) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM readers WHERE gateway LIKE $1 || '%'", gateway))


@pytest.mark.parametrize("at", [0, 77, BATCH - 1])
@pytest.mark.parametrize("told", [connected, beats])
async def test_one_reader_that_no_table_holds_costs_its_neighbours_little(
    settings: RegistrySettings, gateway: str, told: type, at: int
) -> None:
    async with counted(settings.database_url) as (pool, statements):
        concluded = await heard(pool, list(told(f"good-{gateway}")))
        assert concluded == [Settled()] * BATCH
        good = statements.count
        statements.said.clear()
        arrivals = list(told(gateway))
        arrivals[at] = spoilt(arrivals[at])
        concluded = await heard(pool, arrivals)
        spent = Statements(said=[*statements.said])
        assert await stored(pool, gateway) == BATCH - 1
    assert [number for number, each in enumerate(concluded) if each != Settled()] == [at]
    assert concluded[at] == Dead(reason="handler failed: CharacterNotInRepertoireError")
    assert spent.transactions <= attempts(BATCH)
    # a beat is a statement of its own: what is halved is asked again, so it is some log n times as many
    assert spent.count <= 3 * good + 10 * attempts(BATCH)
