"""The composition root of the reader gateway."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from itertools import count

from chassis.broker import Broker
from chassis.figures import Figures
from chassis.health import Health, Sick
from chassis.outbox import Relay
from chassis.seal import Sealer, private_key, public_key
from chassis.tls import shown, trust
from chassis.tracing import Span, tracer
from chassis.web import application, listening
from ketuk_events.asked import Asked
from ketuk_events.names import from_timestamp
from ketuk_events.taps import TapJudged
from ketuk_events.trace import span_of
from reader_gateway.board import Board, TapOnBoard
from reader_gateway.counter.app import add_counter
from reader_gateway.counter_figures import CounterFigures
from reader_gateway.desk import Desk
from reader_gateway.fleet import Fleet
from reader_gateway.ktp.mutual_authentication import SamSecrets
from reader_gateway.messages import Speaker
from reader_gateway.pcsc.watch import Watch
from reader_gateway.settings import GatewaySettings
from reader_gateway.spool import Spool
from reader_gateway.tap import Tap
from reader_gateway.verdicts import Verdicts

PURPOSES = ("record", "identify", "activate", "chip-check")


class Counter:
    """The counter at which this gateway stands: who asks, and for what."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self.purpose = settings.purpose

    def choose(self, purpose: str) -> None:
        """Taps are for this purpose from now on. Raises ValueError for an unknown one."""
        if purpose not in PURPOSES:
            raise ValueError(purpose)
        self.purpose = purpose

    def asked_at(self, reader: str) -> Asked:
        """Who asks at a reader now."""
        return Asked(
            region=self._settings.region,
            gateway=self._settings.gateway,
            reader=reader,
            place=self._settings.place,
            institution=self._settings.institution,
            officer=self._settings.officer,
            purpose=self.purpose,
        )


async def serve(settings: GatewaySettings, stopping: asyncio.Event) -> None:
    """Run the gateway until told to stop."""
    spool = Spool(path=settings.spool)
    epoch = await spool.open()
    name = f"{settings.region}.{settings.gateway}"
    broker = Broker(url=settings.amqp_url, name=f"gateway {name}", trust=trust(settings.ca_file))
    speaker = Speaker(
        region=settings.region,
        gateway=settings.gateway,
        epoch=epoch,
        sealer=Sealer(
            sender=name,
            identity=private_key(settings.identity_key),
            recipient=public_key(settings.verification_public_key),
        ),
    )
    board, counter = Board(), Counter(settings)
    health = Health()
    figures = Figures(health=health)
    figures.watch_outbox(spool)
    shown_figures = CounterFigures(registry=figures.registry)
    traces = tracer(settings.otlp_endpoint, service="reader_gateway")

    def tapped(tap: Tap, answer: str) -> None:
        shown_figures.tapped(answer)
        if traces is not None:
            traces.take(tap_span(tap, answer))

    desks = {
        reader: Desk(
            asked=partial(counter.asked_at, reader),
            spool=spool,
            speaker=speaker,
            board=board,
            sam=_sam_secrets(settings),
            answer_seconds=settings.answer_seconds,
            tapped=tapped,
        )
        for reader in settings.readers
    }
    numbers = count(1)
    fleet = Fleet(
        readers={reader: (slots, desks[reader]) for reader, slots in settings.readers.items()},
        spool=spool,
        speaker=speaker,
        board=board,
        count=lambda: next(numbers),
    )
    verdicts = Verdicts(
        broker=broker,
        region=settings.region,
        gateway=settings.gateway,
        heard=lambda verdict: board.tap_changed(_judged(verdict)),
    )
    relay = Relay(broker=broker, outbox=spool, named=verdicts.pulse, traces=traces)
    watch = Watch(loop=asyncio.get_running_loop(), seen=fleet.saw)

    async def pcscd() -> None:
        if not watch.is_connected:
            raise Sick("pcscd is away")

    figures.look_up(shown_figures.looking_at(readers=fleet.states, pcscd=lambda: watch.is_connected))
    health.register("pcscd", pcscd)
    health.register("relay", relay.pulse.ping)
    health.register("verdicts", verdicts.pulse.ping)
    app = application(health=health, figures=figures)
    add_counter(
        app,
        board=board,
        gateway=settings.gateway,
        place=settings.place,
        purposes=PURPOSES,
        purpose=lambda: counter.purpose,
        choose_purpose=counter.choose,
        check_chip=fleet.check_chip,
    )
    tls = shown(certificate=settings.http_cert_file, key=settings.http_key_file)
    async with listening(app, host=settings.http_host, port=settings.http_port, tls=tls):
        await _work(
            watch=watch,
            fleet=fleet,
            desks=desks,
            relay=relay,
            verdicts=verdicts,
            broker=broker,
            stopping=stopping,
        )
    await spool.close()
    if traces is not None:
        await asyncio.to_thread(traces.close)


async def _work(
    *,
    watch: Watch,
    fleet: Fleet,
    desks: dict[str, Desk],
    relay: Relay,
    verdicts: Verdicts,
    broker: Broker,
    stopping: asyncio.Event,
) -> None:
    """All parts at once; one that fails ends them all, and whoever runs the service starts it again."""
    async with asyncio.TaskGroup() as tasks:
        endless = [tasks.create_task(desk.run()) for desk in desks.values()]
        endless.append(tasks.create_task(fleet.run()))
        tasks.create_task(relay.run(stopping))
        tasks.create_task(verdicts.run(stopping))
        tasks.create_task(fleet.beat(broker, stopping, named=verdicts.pulse))
        watch.start()
        await stopping.wait()
        await watch.stop()
        for each in endless:
            each.cancel()


def tap_span(tap: Tap, answer: str) -> Span:
    """The first span of a tap's trace: from the card's entering to its evidence in the spool."""
    return Span(
        name="tap",
        trace=tap.id.hex,
        id=span_of("tap", tap.id),
        parent=None,
        began=tap.began,
        ended=datetime.now(UTC),
        attributes={
            "ketuk.reader": tap.asked.reader,
            "ketuk.purpose": tap.asked.purpose,
            "ketuk.answer": answer,
        },
    )


def _judged(verdict: TapJudged) -> TapOnBoard:
    return TapOnBoard(
        tap=verdict.tap,
        reader=verdict.asked.reader,
        purpose=verdict.asked.purpose,
        began=from_timestamp(verdict.began),
        stage="judged",
        outcome=verdict.outcome,
        assurance=verdict.assurance,
        reason=None if verdict.reason is None else f"{verdict.reason.check}/{verdict.reason.code}",
        checks=verdict.checks,
    )


def _sam_secrets(settings: GatewaySettings) -> SamSecrets | None:
    if settings.sam_pcid is None or settings.sam_conf is None:
        return None
    return SamSecrets(pcid=bytes.fromhex(settings.sam_pcid), conf=bytes.fromhex(settings.sam_conf))
