from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from aio_pika.abc import AbstractIncomingMessage
from msgspec.structs import replace

from chassis.messaging.batch_consumer import Arrival, Conclusion
from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.messaging.dead_letters import Graveyard
from chassis.messaging.fast_amqp.deliveries import Delivered
from chassis.messaging.message_handler import Dead
from chassis.messaging.publisher import Publisher
from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import Wire, to_wire
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_batches import consumer, running
from tests.integration.chassis.test_strange_properties import send
from tests.integration.operations.conftest import Ketuk
from tests.support.bounds import BOUND_SECONDS
from tests.unit.chassis import strange

DELIVERY_LIMIT = 20


async def refuse(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
    """A handler that wants none of them."""
    return [Dead(reason="broken seal") for _ in arrivals]


async def bury(desk: Desk, sent: list[Wire]) -> None:
    """Have messages refused by a consumer."""
    await desk.send(*sent)
    before = await desk.dead_depth()
    async with running(consumer(desk, refuse)):
        await until(lambda: _has(desk, before + len(sent)), what="all buried")


async def _has(desk: Desk, count: int) -> bool:
    return await desk.dead_depth() == count


async def give_up(desk: Desk, sent: Wire) -> None:
    """Have the broker bury a message at the delivery limit."""
    await desk.send(sent)

    async def given_up() -> bool:
        message = await desk.queue.get(no_ack=False, timeout=BOUND_SECONDS, fail=False)
        if message is not None:
            await message.reject(requeue=True)
        return await desk.dead_depth() == 1

    await until(given_up, what="given up at the delivery limit")


async def taken(desk: Desk) -> AbstractIncomingMessage:
    """The next message of the queue in which they had died."""
    found: list[AbstractIncomingMessage] = []

    async def came() -> bool:
        message = await desk.queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
        if message is not None:
            found.append(message)
        return bool(found)

    await until(came, what="a message")
    return found[0]


async def test_list_says_where_and_of_what_they_died_and_leaves_them_as_they_were(
    desk: Desk, ketuk: Ketuk
) -> None:
    await bury(desk, sent := wires(3, owner=desk.owner))
    first, second = await ketuk.dead("list", "--json"), await ketuk.dead("list", "--json")
    assert first.json == second.json
    assert [letter["id"] for letter in first.json] == [wire.message_id for wire in sent]
    assert {letter["reason"] for letter in first.json} == {"broken seal"}
    assert {letter["queue"] for letter in first.json} == {desk.queue.name}
    assert {letter["user"] for letter in first.json} == {"admin"}
    assert await desk.dead_depth() == 3
    table = await ketuk.dead("list")
    assert f"3 dead: {desk.queue.name}: broken seal" in table.out


async def test_looking_often_ends_no_dead_letter(desk: Desk, ketuk: Ketuk) -> None:
    await bury(desk, wires(1, owner=desk.owner))
    for _ in range(DELIVERY_LIMIT + 2):
        message = await desk.dead.get(no_ack=False, timeout=BOUND_SECONDS, fail=False)
        assert message is not None
        await message.nack(requeue=True)
    assert len((await ketuk.dead("list", "--json")).json) == 1


async def test_replay_sends_it_as_it_was_with_a_mark_and_takes_it_away(desk: Desk, ketuk: Ketuk) -> None:
    (sent,) = wires(1, owner=desk.owner)
    await bury(desk, [sent])
    said = await ketuk.dead("replay", sent.message_id[:8], "--json")
    assert said.code == 0
    message = await taken(desk)
    assert message.message_id == sent.message_id
    assert message.body == sent.body
    assert message.routing_key == sent.routing_key
    assert message.user_id == "admin"
    assert message.headers["ketuk-replayed"] == 1
    assert not [name for name in message.headers if name in {"ketuk-reason", "ketuk-queue", "x-death"}]
    assert await desk.dead_depth() == 0


async def test_one_that_dies_again_says_how_often_it_was_replayed(desk: Desk, ketuk: Ketuk) -> None:
    (sent,) = wires(1, owner=desk.owner)
    await bury(desk, [sent])
    async with running(consumer(desk, refuse)):
        assert (await ketuk.dead("replay", sent.message_id)).code == 0
        await until(lambda: _has(desk, 1), what="buried again")
    (letter,) = (await ketuk.dead("list", "--json")).json
    assert letter["replayed"] == 1
    assert letter["user"] == "admin"


async def test_one_that_the_broker_gave_up_is_replayed_too(desk: Desk, ketuk: Ketuk) -> None:
    (sent,) = wires(1, owner=desk.owner)
    await give_up(desk, sent)
    (letter,) = (await ketuk.dead("list", "--json")).json
    assert (letter["reason"], letter["queue"]) == ("delivery_limit", desk.queue.name)
    assert (await ketuk.dead("replay", "--all")).code == 0
    assert (await taken(desk)).routing_key == sent.routing_key


async def test_nobody_says_of_its_own_message_that_it_was_buried_and_whose_it_was(
    desk: Desk, ketuk: Ketuk
) -> None:
    (sent,) = wires(1, owner=desk.owner)
    said = {"reason": "innocent", "queue": "verification.x", "user": "registry", "routing-key": "x"}
    forged = {f"ketuk-{name}": value for name, value in said.items()}
    await give_up(desk, replace(sent, headers={**sent.headers, **forged}))
    (letter,) = (await ketuk.dead("list", "--json")).json
    told = (letter["user"], letter["reason"], letter["queue"], letter["routing_key"])
    assert told == ("admin", "delivery_limit", desk.queue.name, sent.routing_key)
    assert (await ketuk.dead("replay", "--all")).code == 0
    message = await taken(desk)
    assert (message.user_id, message.routing_key) == ("admin", sent.routing_key)


async def test_dry_run_sends_nothing(desk: Desk, ketuk: Ketuk) -> None:
    await bury(desk, wires(2, owner=desk.owner))
    said = await ketuk.dead("replay", "--all", "--dry-run")
    assert "2 would be replayed" in said.out
    assert await desk.dead_depth() == 2
    assert await desk.depth() == 0


async def test_purge_throws_away_only_what_is_meant_and_only_when_confirmed(desk: Desk, ketuk: Ketuk) -> None:
    await bury(desk, sent := wires(2, owner=desk.owner))
    unconfirmed = await ketuk.dead("purge", sent[0].message_id)
    assert unconfirmed.code == 2
    assert await desk.dead_depth() == 2
    assert (await ketuk.dead("purge", sent[0].message_id, "--confirm")).code == 0
    left = (await ketuk.dead("list", "--json")).json
    assert [letter["id"] for letter in left] == [sent[1].message_id]


async def test_nothing_is_done_to_all_by_accident(desk: Desk, ketuk: Ketuk) -> None:
    await bury(desk, wires(1, owner=desk.owner))
    assert (await ketuk.dead("replay")).code == 2
    assert (await ketuk.dead("purge", "--confirm")).code == 2
    assert await desk.dead_depth() == 1


async def test_one_that_no_queue_wants_stays(desk: Desk, ketuk: Ketuk) -> None:
    (sent,) = wires(1, owner=desk.owner)
    await bury(desk, [sent])
    await desk.queue.unbind(EVENTS, sent.routing_key)
    said = await ketuk.dead("replay", sent.message_id)
    assert said.code == 1
    assert "1 stay" in said.err
    assert await desk.dead_depth() == 1


async def test_show_keeps_sealed_parts_sealed(desk: Desk, ketuk: Ketuk) -> None:
    example = examples()[catalogue.CARD_READ]
    sent = replace(to_wire(replace(example, id=UUID(int=uuid4().int), owner=desk.owner)))
    await desk.queue.bind(EVENTS, sent.routing_key)
    await bury(desk, [sent])
    said = await ketuk.dead("show", sent.message_id)
    assert said.code == 0
    (shown,) = said.json
    assert shown["content"]["evidence"].startswith("sealed, ")
    assert "ciphertext" not in said.out
    assert shown["content"]["asked"]["gateway"]


async def test_show_does_not_show_what_is_not_of_the_contract(desk: Desk, ketuk: Ketuk) -> None:
    (sent,) = wires(1, owner=desk.owner)
    await bury(desk, [replace(sent, body=b'{"tap": "Siti Aminah"}')])
    said = await ketuk.dead("show", sent.message_id)
    assert "Siti" not in said.out
    assert "not of the contract" in said.out


async def test_one_that_cannot_be_read_hides_no_other_and_can_be_purged(desk: Desk, ketuk: Ketuk) -> None:
    before, strange_one, after = wires(3, owner=desk.owner)
    said = strange.properties(strange_one, headers=strange.table(b"\x04t\xffmeV"))
    await bury(desk, [before])
    await send(desk, strange_one, said=said, exchange=DEAD_LETTERS)
    await until(lambda: _has(desk, 2), what="one that no consumer of ours put there")
    await bury(desk, [after])
    listed = (await ketuk.dead("list", "--json")).json
    sent = [before, strange_one, after]
    assert [(each["id"], each["user"]) for each in listed] == [(each.message_id, "admin") for each in sent]
    await ketuk.dead("purge", strange_one.message_id, "--confirm")
    left = (await ketuk.dead("list", "--json")).json
    assert [each["id"] for each in left] == [before.message_id, after.message_id]


async def test_options_choose(desk: Desk, ketuk: Ketuk) -> None:
    await bury(desk, wires(2, owner=desk.owner))
    (other,) = wires(1, owner=desk.owner)
    exchange = await desk.admin.get_exchange(EVENTS, ensure=False)
    await Publisher(channel=desk.admin, exchange=exchange, user="admin").publish_all([other])
    message = await desk.queue.get(no_ack=True, timeout=BOUND_SECONDS)
    assert message is not None
    delivered = Delivered(
        tag=message.delivery_tag or 0,
        redelivered=False,
        message_id=message.message_id,
        routing_key=message.routing_key or "",
        user=message.user_id,
        content_type=message.content_type,
        headers=message.headers,
        body=message.body,
    )
    async with desk.broker.channel() as channel:
        publisher = await desk.broker.publisher(channel)
        graveyard = await Graveyard.beside(publisher, queue="verification.projection")
        await graveyard.bury([(delivered, Dead(reason="handler failed: KeyError"))])

    async def chosen(*options: str) -> int:
        return len((await ketuk.dead("list", "--json", *options)).json)

    assert await chosen() == 3
    assert await chosen("--queue", "verification.projection") == 1
    assert await chosen("--reason", "seal") == 2
    assert await chosen("--type", "card.presented") == 3
    assert await chosen("--type", "tap.judged") == 0
    assert await chosen("--since", "2099-01-01") == 0
    assert await chosen("--limit", "2") == 2
    assert await desk.dead_depth() == 3


@pytest.mark.parametrize("address", ["amqp://operator:x@127.0.0.1:1/ketuk"])
async def test_a_broker_that_is_away_is_one_line(address: str) -> None:
    said = await Ketuk(url=address).dead("list")
    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 1
    assert "broker is not reached" in said.err
