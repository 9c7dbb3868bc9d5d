"""What one gateway may bring into the registry: not more than a counter can have."""

from uuid import uuid4

from ketuk_events.catalogue import GATEWAY_BEAT
from ketuk_events.readers import MOST_READERS
from registry.readers.store.readers import MOST_NAMES
from tests.integration.registry.case import Case, until
from tests.integration.registry.test_fleet import USER, new_reader, speaking, state, told


async def test_a_gateway_that_names_ever_new_readers_fills_no_table(shared: Case) -> None:
    async with speaking(shared) as channel:
        for sequence in range(5):
            names = [new_reader() for _ in range(MOST_READERS)]
            wire = told(
                GATEWAY_BEAT,
                readers=tuple(map(state, names)),
                epoch=2**40,
                sequence=sequence,
                backlog=sequence,
            )
            await shared.publish(wire, channel=channel, user=USER)

        async def all_heard() -> bool:
            return bool(await shared.pool.fetchval("SELECT max(backlog) = 4 FROM beats WHERE epoch = 2^40"))

        await until(all_heard, what="the last beat")
        count = await shared.pool.fetchval("SELECT count(*) FROM readers WHERE gateway = 'kelurahan-jebres'")
        await shared.pool.execute(
            "DELETE FROM readers WHERE epoch = 2^40; DELETE FROM beats WHERE epoch = 2^40"
        )
    assert count == MOST_NAMES


async def test_a_beat_of_more_readers_than_a_counter_has_is_a_dead_letter(shared: Case) -> None:
    names = [f"loket-{uuid4().hex[:8]}" for _ in range(MOST_READERS + 1)]
    async with speaking(shared) as channel:
        wire = told(GATEWAY_BEAT, readers=tuple(map(state, names)), epoch=2**40, sequence=9)
        await shared.publish(wire, channel=channel, user=USER)
        letter = await shared.dead_letter()
    assert "length <= 32" in str(letter.headers["ketuk-reason"])
