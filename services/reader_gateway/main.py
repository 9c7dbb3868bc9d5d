"""The composition root of the reader gateway."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count

from chassis.crypto.key_ring import Recipients
from chassis.crypto.sealing import Sealer, private_key, public_key
from chassis.messaging.broker import Broker
from chassis.messaging.relay import Relay
from chassis.observability.http_server import application, listening
from chassis.observability.metrics import Figures
from chassis.observability.tracing import tracer
from chassis.runtime.health import Health, Sick
from chassis.runtime.parts import Parts, Run
from chassis.runtime.tls import shown, trust
from chassis.runtime.versions import BROKER, said_once
from reader_gateway.bus.inbox import Verdicts
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.recipient_keys import OWNER, RecipientKeys
from reader_gateway.bus.spool import Spool
from reader_gateway.counter.metrics import CounterFigures
from reader_gateway.counter.routes import add_counter
from reader_gateway.desk.display_state import Board, TapOnBoard
from reader_gateway.desk.socket_matcher import PluggedInMatcher
from reader_gateway.desk.tap_context import Duty
from reader_gateway.desk.tap_session import Desk
from reader_gateway.ktp.purpose_files import NEEDS
from reader_gateway.pcsc.contexts import Contexts, running_since
from reader_gateway.pcsc.sam_pool import Sams
from reader_gateway.pcsc.slot_monitor import Watch
from reader_gateway.reader_factory import readers_of, slots_of, terminals_of
from reader_gateway.reader_pool import Fleet
from reader_gateway.settings import GatewaySettings
from reader_gateway.tap.span import tap_span
from reader_gateway.tap.tap import Tap
from reader_gateway.terminal.driver import Terminal
from reader_gateway.watching import Watching


async def serve(settings: GatewaySettings, stopping: asyncio.Event) -> None:
    """Run the gateway until told to stop."""
    spool = Spool(path=settings.spool)
    epoch = await spool.open()
    name = f"{settings.region}.{settings.gateway}"
    broker = Broker(
        url=settings.amqp_url,
        name=f"gateway {name}",
        trust=trust(settings.ca_file),
        found=said_once(BROKER),
    )
    recipients = Recipients(
        owner=OWNER,
        first=public_key(settings.verification_public_key),
        root=None if settings.root_public_key is None else public_key(settings.root_public_key),
    )
    recipient_keys = RecipientKeys(recipients=recipients, spool=spool)
    await recipient_keys.recall()
    speaker = Speaker(
        region=settings.region,
        gateway=settings.gateway,
        epoch=epoch,
        sealer=Sealer(
            sender=name,
            identity=private_key(settings.identity_key),
            recipient=recipients.newest,
        ),
    )
    board, duty = Board(), Duty(settings)
    health = Health()
    figures = Figures(health=health)
    figures.watch_outbox(spool)
    shown_figures = CounterFigures(registry=figures.registry)
    traces = tracer(settings.otlp_endpoint, service="reader_gateway", ca_file=settings.ca_file)

    def tapped(tap: Tap, answer: str) -> None:
        shown_figures.tapped(answer)
        if traces is not None:
            traces.take(tap_span(tap, answer))

    contexts = Contexts()
    sams = Sams(wait_seconds=settings.sam_wait_seconds)
    matcher = None if settings.matcher is None else PluggedInMatcher(socket=settings.matcher)
    fleet: Fleet
    slots = slots_of(settings)
    terminals = terminals_of(settings, epoch=epoch, fleet=lambda: fleet)
    readers = readers_of(settings, terminals=terminals, sams=sams, contexts=contexts)
    desks = {
        reader: Desk(
            asked=partial(duty.asked_at, reader),
            spool=spool,
            speaker=speaker,
            board=board,
            reader=readers[reader],
            matcher=terminals.get(reader, matcher),
            chip_notes=duty.chip_notes,
            answer_seconds=settings.answer_seconds,
            tapped=tapped,
            pcscd_since=running_since if reader in slots else lambda: None,
        )
        for reader in readers
    }
    numbers = count(1)
    fleet = Fleet(
        readers={reader: (slots.get(reader), desks[reader]) for reader in readers},
        sams=sams,
        spool=spool,
        speaker=speaker,
        board=board,
        count=lambda: next(numbers),
    )
    verdicts = Verdicts(
        broker=broker,
        region=settings.region,
        gateway=settings.gateway,
        began=spool.has_begun,
        heard=lambda verdict: board.tap_changed(TapOnBoard.judged(verdict)),
        key_told=recipient_keys.heard,
    )
    relay = Relay(broker=broker, outbox=spool, named=verdicts.pulse, traces=traces)
    figures.watch_passed_over(relay.passed_over)
    watch = Watch(loop=asyncio.get_running_loop(), seen=fleet.saw, looked=fleet.looked, contexts=contexts)

    async def pcscd() -> None:
        if not watch.is_connected:
            raise Sick("pcscd is away")

    connected = (lambda: watch.is_connected) if slots else None
    figures.look_up(shown_figures.looking_at(readers=fleet.states, pcscd=connected))
    if slots:
        health.register("pcscd", pcscd)
    parts = _parts(
        health,
        spool=spool,
        relay=relay,
        verdicts=verdicts,
        beat=partial(fleet.beat, broker, named=verdicts.pulse),
        fleet=fleet,
        desks=desks,
        watches=[*([watch] if slots else []), *terminals.values()],
    )
    app = application(health=health, figures=figures)
    add_counter(
        app,
        board=board,
        gateway=settings.gateway,
        place=settings.place,
        purposes=tuple(NEEDS),
        purpose=lambda: duty.purpose,
        choose_purpose=duty.choose,
        check_chip=fleet.check_chip,
        chip_notes=duty.chip_notes,
        keeps=lambda: spool.pulse.is_up,
    )
    tls = shown(certificate=settings.http_cert_file, key=settings.http_key_file)
    async with listening(app, host=settings.http_host, port=settings.http_port, tls=tls):
        await parts.run(stopping)
    await spool.close()
    if traces is not None:
        await asyncio.to_thread(traces.close)


def _parts(
    health: Health,
    *,
    spool: Spool,
    relay: Relay,
    verdicts: Verdicts,
    beat: Run,
    fleet: Fleet,
    desks: Mapping[str, Desk],
    watches: Sequence[Watch | Terminal],
) -> Parts:
    parts, over = Parts(health=health), asyncio.Event()
    parts.add("spool", spool.run, pulse=spool.pulse)
    parts.add("relay", relay.run, pulse=relay.pulse)
    parts.add("verdicts", verdicts.run, pulse=verdicts.pulse)
    parts.add("beat", beat, pulse=fleet.pulse)
    # what the watches see until they have stopped is dealt with
    parts.add_endless("readers", fleet.run, until=over)
    for reader, desk in desks.items():
        parts.add_endless(f"desk {reader}", desk.run, until=over)
    watching = Watching(watches=watches, over=over)
    parts.add("watches", watching.run, pulse=watching.pulse)
    return parts
