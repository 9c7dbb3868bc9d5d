"""The composition root of verification."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

from chassis.crypto.key_ring import Recipients
from chassis.crypto.sealing import Opener, Sealer, private_key, private_keys, public_key
from chassis.messaging.batch_consumer import BatchConsumer
from chassis.messaging.batch_metrics import BatchMetrics
from chassis.messaging.broker import Broker
from chassis.messaging.relay import Relay
from chassis.observability.http_server import application, listening
from chassis.observability.metrics import Figures
from chassis.observability.tracing import tracer
from chassis.runtime.checkpoints import AtStep, unobserved
from chassis.runtime.health import Health, Pulse
from chassis.runtime.parts import Part, Parts
from chassis.runtime.tls import shown, trust
from chassis.runtime.versions import BROKER, said_once
from chassis.storage.postgres import PostgresOutbox, database, ping
from chassis.storage.schema_version import until_migrated
from verification.decisions.partitions import Keeping
from verification.projection.consumer import Changes
from verification.projection.snapshot_requester import Rebuilding
from verification.readings_consumer import Readings
from verification.settings import VerificationSettings
from verification.tap_judge import QUEUE, Bench

NAME = "verification"
READINGS_AT_ONCE = 2
"""Batches: while one waits for the database another is opened and judged."""


async def serve(
    settings: VerificationSettings, stopping: asyncio.Event, *, at_step: AtStep = unobserved
) -> None:
    """Run verification until told to stop; `at_step` is told each step of what it does on the bus."""
    trusted = trust(settings.ca_file)
    broker = Broker(url=settings.amqp_url, name=NAME, trust=trusted, found=said_once(BROKER))
    health = Health()
    figures = Figures(health=health)
    metrics = figures.registry
    batches = BatchMetrics(registry=metrics)
    async with database(settings.database_url, name=NAME, trust=trusted) as pool:
        outbox = PostgresOutbox(pool=pool)
        figures.watch_outbox(outbox)
        traces = tracer(settings.otlp_endpoint, service=NAME, ca_file=settings.ca_file)
        relay = Relay(broker=broker, outbox=outbox, traces=traces, at_step=at_step)
        figures.watch_passed_over(relay.passed_over)
        recipients = Recipients(
            owner="registry",
            first=public_key(settings.registry_public_key),
            root=None if settings.root_public_key is None else public_key(settings.root_public_key),
        )
        bench = Bench(
            sealer=Sealer(
                sender=NAME,
                identity=private_key(settings.signing_key),
                recipient=recipients.newest,
            ),
            card_key=bytes.fromhex(settings.card_ref_key),
        )
        readings = Readings(
            pool=pool,
            opener=Opener(keys=private_keys(settings.verification_key)),
            bench=bench,
            recipients=recipients,
            clock=partial(datetime.now, UTC),
            metrics=metrics,
            at_step=at_step,
        )
        rebuilding = Rebuilding(pool=pool, outbox=outbox, region=settings.region, name=NAME)
        changes = Changes(pool=pool, clock=partial(datetime.now, UTC), metrics=metrics)
        keeping = Keeping(
            pool=pool,
            clock=partial(datetime.now, UTC),
            kept=timedelta(days=settings.decisions_kept_days),
            persons_kept=timedelta(days=settings.persons_kept_days),
        )
        consumers = [
            BatchConsumer(
                broker=broker,
                queue=queue,
                handle=handle,
                ready=ready,
                metrics=batches,
                at_once=at_once,
                traces=traces,
                at_step=at_step,
            )
            for queue, handle, ready, at_once in (
                (QUEUE, readings, rebuilding.until_whole, READINGS_AT_ONCE),
                ("verification.projection", changes, partial(ping, pool), 1),
            )
        ]
        migrated = Pulse()
        health.register("database", partial(ping, pool))
        health.register("migrations", migrated.ping)
        parts = Parts(health=health)
        named: dict[str, Part] = {
            "readings": consumers[0],
            "projection": consumers[1],
            "rebuilding": rebuilding,
            "keeping": keeping,
            "relay": relay,
        }
        for name, part in named.items():
            parts.add(name, part.run, pulse=part.pulse)
        app = application(health=health, figures=figures)
        tls = shown(certificate=settings.http_cert_file, key=settings.http_key_file)
        async with listening(app, host=settings.http_host, port=settings.http_port, tls=tls):
            await until_migrated(pool, service=NAME, stopping=stopping, pulse=migrated)
            await parts.run(stopping)
        if traces is not None:
            await asyncio.to_thread(traces.close)
