"""The composition root of verification."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from chassis.batch_metrics import BatchMetrics
from chassis.batches import BatchConsumer
from chassis.broker import Broker
from chassis.figures import Figures
from chassis.health import Health, Pulse
from chassis.migrated import until_migrated
from chassis.outbox import Relay
from chassis.postgres import Pool, PostgresOutbox, database, ping
from chassis.seal import Opener, Sealer, private_key, private_keys, public_key
from chassis.tls import shown, trust
from chassis.tracing import tracer
from chassis.web import application, listening
from ketuk_events.catalogue import SNAPSHOT_REQUESTED
from ketuk_events.events import event, to_wire
from ketuk_events.names import following_id
from ketuk_events.projection import SnapshotRequested
from verification import projection
from verification.changes import Changes
from verification.judging import QUEUE, Bench
from verification.readings import Readings
from verification.settings import VerificationSettings

NAME = "verification"


async def serve(settings: VerificationSettings, stopping: asyncio.Event) -> None:
    """Run verification until told to stop."""
    trusted = trust(settings.ca_file)
    broker = Broker(url=settings.amqp_url, name=NAME, trust=trusted)
    health = Health()
    figures = Figures(health=health)
    metrics = figures.registry
    batches = BatchMetrics(registry=metrics)
    async with database(settings.database_url, name=NAME, trust=trusted) as pool:
        outbox = PostgresOutbox(pool=pool)
        figures.watch_outbox(outbox)
        traces = tracer(settings.otlp_endpoint, service=NAME)
        relay = Relay(broker=broker, outbox=outbox, traces=traces)
        bench = Bench(
            sealer=Sealer(
                sender=NAME,
                identity=private_key(settings.signing_key),
                recipient=public_key(settings.registry_public_key),
            ),
            card_key=bytes.fromhex(settings.card_ref_key),
        )
        readings = Readings(
            pool=pool,
            opener=Opener(keys=private_keys(settings.verification_key)),
            bench=bench,
            clock=partial(datetime.now, UTC),
            metrics=metrics,
        )
        consumers = [
            BatchConsumer(
                broker=broker,
                queue=queue,
                handle=handle,
                ready=partial(ping, pool),
                metrics=batches,
                traces=traces,
            )
            for queue, handle in (
                (QUEUE, readings),
                ("verification.projection", Changes(pool=pool)),
            )
        ]
        migrated = Pulse()
        health.register("database", partial(ping, pool))
        health.register("migrations", migrated.ping)
        health.register("readings", consumers[0].pulse.ping)
        health.register("projection", consumers[1].pulse.ping)
        health.register("relay", relay.pulse.ping)
        app = application(health=health, figures=figures)
        tls = shown(certificate=settings.http_cert_file, key=settings.http_key_file)
        async with listening(app, host=settings.http_host, port=settings.http_port, tls=tls):
            await until_migrated(pool, service=NAME, stopping=stopping, pulse=migrated)
            await _ask_for_snapshot(pool, outbox, region=settings.region, stopping=stopping)
            async with asyncio.TaskGroup() as tasks:
                for consumer in consumers:
                    tasks.create_task(consumer.run(stopping))
                tasks.create_task(relay.run(stopping))
        if traces is not None:
            await asyncio.to_thread(traces.close)


async def _ask_for_snapshot(
    pool: Pool, outbox: PostgresOutbox, *, region: str, stopping: asyncio.Event
) -> None:
    """A fresh database asks the registry for everything, once."""
    if stopping.is_set():
        return
    async with pool.acquire() as connection, connection.transaction():
        if await projection.is_empty(connection):
            now = datetime.now(UTC)
            asked = event(
                SNAPSHOT_REQUESTED,
                SnapshotRequested(asked_by=NAME),
                event_id=following_id(UUID(int=0), f"snapshot for {NAME} at {now.isoformat()}"),
                region=region,
                source=NAME,
                owner=NAME,
                time=now,
            )
            await outbox.add(connection, [to_wire(asked)])
    outbox.added.set()
