"""`python -m dev.chaos.gateway NAME FOLDER`: a gateway whose cards were read before, and are dealt to it.

Everything from the desk on is the gateway's own: desk, spool, speaker, relay, verdicts. Reading through pcscd
would take most of a second for each card.
"""

import asyncio
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec

from chassis.crypto.key_ring import Recipients
from chassis.crypto.sealing import Sealer, private_key, public_key
from chassis.messaging.broker import Broker
from chassis.messaging.relay import Relay
from chassis.observability.logs import log_to_stdout
from chassis.runtime.checkpoints import AtStep, Step
from chassis.runtime.process import live
from chassis.runtime.settings import load
from dev.chaos.counter import Counter
from dev.chaos.journal import Acknowledged, Heard, Journal
from dev.chaos.told import Told, told
from ketuk_events.taps import TapJudged
from reader_gateway.bus.inbox import Verdicts
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.recipient_keys import OWNER, RecipientKeys
from reader_gateway.bus.spool import Spool
from reader_gateway.desk.display_state import Board
from reader_gateway.desk.tap_context import Duty
from reader_gateway.desk.tap_session import Desk
from reader_gateway.settings import GatewaySettings
from reader_gateway.tap.tap import Tap

DESK = "desk"


class SteppedSpool(Spool):
    """The spool, whose writer says when it is about to write."""

    at_step: AtStep

    async def advance(self, tap: Tap, *wires: Any, **proof: Any) -> bool:  # noqa: ANN401  as it is there
        """See `Spool`."""
        if wires:
            self.at_step(DESK, Step.DECIDED)
        return await super().advance(tap, *wires, **proof)


async def serve(settings: GatewaySettings, told: Told, stopping: asyncio.Event) -> None:
    """Put together as `reader_gateway.main` does it, with another reader and without pages."""
    at_step, journal = told.striking(), Journal(told.journal)
    spool = SteppedSpool(path=settings.spool)
    spool.at_step = at_step
    epoch = await spool.open()
    name = f"{settings.region}.{settings.gateway}"
    broker = Broker(url=settings.amqp_url, name=f"gateway {name}")
    recipients = Recipients(owner=OWNER, first=public_key(settings.verification_public_key), root=None)
    speaker = Speaker(
        region=settings.region,
        gateway=settings.gateway,
        epoch=epoch,
        sealer=Sealer(sender=name, identity=private_key(settings.identity_key), recipient=recipients.newest),
    )
    (reader,) = settings.readers
    counter = Counter(told=told, reader=reader, spool=spool, at_step=partial(at_step, DESK))

    def tapped(tap: Tap, _: str) -> None:
        at_step(DESK, Step.COMMITTED)
        journal.write(Acknowledged(number=tap.counter, tap=str(tap.id), began=tap.began.isoformat()))
        counter.done.set()

    def heard(verdict: TapJudged) -> None:
        why = verdict.reason
        journal.write(
            Heard(
                tap=verdict.tap,
                digest=sha256(msgspec.json.encode(verdict)).hexdigest(),
                outcome=verdict.outcome,
                reason="" if why is None else f"{why.check}/{why.code}",
            )
        )

    duty = Duty(settings)
    desk = Desk(
        asked=partial(duty.asked_at, reader),
        spool=spool,
        speaker=speaker,
        board=Board(),
        reader=counter,
        matcher=None,
        chip_notes=duty.chip_notes,
        answer_seconds=settings.answer_seconds,
        tapped=tapped,
        pcscd_since=lambda: None,
    )
    verdicts = Verdicts(
        broker=broker,
        region=settings.region,
        gateway=settings.gateway,
        began=spool.has_begun,
        heard=heard,
        key_told=RecipientKeys(recipients=recipients, spool=spool).heard,
    )
    relay = Relay(broker=broker, outbox=spool, named=verdicts.pulse, at_step=at_step)
    async with asyncio.TaskGroup() as tasks:
        endless = [tasks.create_task(desk.run()), tasks.create_task(counter.play(desk, journal))]
        tasks.create_task(relay.run(stopping))
        tasks.create_task(verdicts.run(stopping))
        await stopping.wait()
        for each in endless:
            each.cancel()
    await spool.close()


if __name__ == "__main__":
    settings = load(GatewaySettings)
    log_to_stdout(service="reader_gateway")
    live(lambda stopping: serve(settings, told(), stopping))
