"""Which verdicts a gateway shows: its own taps', said by verification."""

from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import pytest
from aio_pika.abc import AbstractIncomingMessage
from msgspec.structs import replace

from chassis.messaging.broker import Broker
from dev.contract.examples import examples
from ketuk_events.catalogue import KEY_PUBLISHED, TAP_JUDGED
from ketuk_events.events import Event, to_wire
from ketuk_events.projection import KeyPublished
from ketuk_events.taps import TapJudged
from reader_gateway.bus.inbox import Verdicts

EXAMPLE = examples()[TAP_JUDGED]
VERDICT = EXAMPLE.data
assert isinstance(VERDICT, TapJudged)
REGION, GATEWAY = VERDICT.asked.region, VERDICT.asked.gateway


@dataclass
class Letter:
    """As much of a delivery as is looked at."""

    event: Event
    user_id: str | None
    acknowledged: bool = False

    def __post_init__(self) -> None:
        wire = to_wire(self.event)
        self.message_id, self.headers, self.body = wire.message_id, wire.headers, wire.body
        self.routing_key = wire.routing_key

    async def ack(self) -> None:
        self.acknowledged = True


def delivery(letter: Letter) -> AbstractIncomingMessage:
    return cast("AbstractIncomingMessage", letter)


class Counter:
    """A gateway that began one tap."""

    def __init__(self) -> None:
        self.shown: list[TapJudged] = []
        self.keys: list[KeyPublished] = []
        self.verdicts = Verdicts(
            broker=Broker(url="amqp://nobody", name="test"),
            region=REGION,
            gateway=GATEWAY,
            began=self.began,
            heard=self.shown.append,
            key_told=self.told,
        )

    async def began(self, tap: str) -> bool:
        assert isinstance(VERDICT, TapJudged)
        return tap == VERDICT.tap

    async def told(self, key: KeyPublished) -> None:
        self.keys.append(key)

    async def hears(self, event: Event, *, user: str | None) -> None:
        letter = Letter(event, user)
        await self.verdicts.take(delivery(letter))
        assert letter.acknowledged


def judged(**changed: object) -> Event:
    assert isinstance(VERDICT, TapJudged)
    return replace(EXAMPLE, data=replace(VERDICT, **changed))


async def test_a_verdict_on_a_tap_that_began_here_is_shown() -> None:
    counter = Counter()
    await counter.hears(EXAMPLE, user="verification")
    assert counter.shown == [VERDICT]


@pytest.mark.parametrize(
    "foreign",
    [
        judged(tap=str(uuid4())),
        judged(asked=replace(VERDICT.asked, gateway="another")),
        judged(asked=replace(VERDICT.asked, region="3374")),
    ],
    ids=["a tap that began elsewhere", "another gateway's", "another region's"],
)
async def test_a_verdict_on_another_counters_tap_is_not_shown_though_verification_said_it(
    foreign: Event,
) -> None:
    counter = Counter()
    await counter.hears(foreign, user="verification")
    assert counter.shown == []


@pytest.mark.parametrize("user", [None, "registry", f"{REGION}.{GATEWAY}"])
async def test_a_verdict_that_verification_did_not_say_is_not_shown(user: str | None) -> None:
    counter = Counter()
    await counter.hears(EXAMPLE, user=user)
    assert counter.shown == []


async def test_a_verdict_under_the_routing_key_of_another_kind_is_not_shown() -> None:
    counter = Counter()
    letter = Letter(EXAMPLE, "verification")
    letter.routing_key = f"key.published.v1.{REGION}.verification"
    await counter.verdicts.take(delivery(letter))
    assert (counter.shown, letter.acknowledged) == ([], True)


@pytest.mark.parametrize(("user", "keys"), [("registry", 1), ("verification", 0), (None, 0)])
async def test_only_the_registry_tells_of_keys(user: str | None, keys: int) -> None:
    counter = Counter()
    await counter.hears(examples()[KEY_PUBLISHED], user=user)
    assert len(counter.keys) == keys
