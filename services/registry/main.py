"""The registry, put together."""

import asyncio
from functools import partial

from argon2 import PasswordHasher

from chassis.crypto.sealing import Opener, private_keys
from chassis.messaging.batch_consumer import BatchConsumer, Handle
from chassis.messaging.batch_metrics import BatchMetrics
from chassis.messaging.broker import Broker
from chassis.messaging.relay import Relay
from chassis.observability.http_server import application, listening
from chassis.observability.logs import log_to_stdout
from chassis.observability.metrics import Figures
from chassis.observability.security_headers import harden
from chassis.observability.tracing import tracer
from chassis.runtime import process as life
from chassis.runtime.checkpoints import AtStep, unobserved
from chassis.runtime.health import Health, Pulse
from chassis.runtime.parts import Part, Parts
from chassis.runtime.retry import persist
from chassis.runtime.settings import load
from chassis.runtime.tls import shown, trust
from chassis.runtime.versions import BROKER, said_once
from chassis.storage.postgres import Pool, PostgresOutbox, database, ping
from chassis.storage.schema_version import until_migrated
from registry.access.authentication import admitted
from registry.access.forwarded_for import spoken_for
from registry.access.idempotency import once
from registry.access.passwords import HASHER, Passwords
from registry.access.rate_limit import Pace
from registry.alarms.consumer import Alarms
from registry.audit.refused_requests_job import Refusing
from registry.audit.unit_of_work import Office
from registry.chip_health.comparison_job import Comparing
from registry.chip_health.count_job import Counting
from registry.city_data import files as city_files
from registry.city_data.load_file import load_shipped
from registry.disclosure.agency_event import EventSigner
from registry.disclosure.agency_relays import AgencyRelays
from registry.disclosure.disclosure_messages import QUEUE, Teller
from registry.disclosure.verdict_opening import VerdictReader
from registry.metrics import CityFigures
from registry.privacy.retention_job import Forgetting
from registry.pseudonyms.person_refs import Citizens
from registry.purposes import purposes
from registry.purposes.commands import publish_first
from registry.readers.heartbeat_consumer import Fleet
from registry.readers.silence_monitor import Silence, silent_after
from registry.readers.tracking import Following
from registry.republisher import Retelling
from registry.residents import reported_figures
from registry.routes import every_route
from registry.settings import RegistrySettings
from registry.snapshots import Snapshots
from registry.taps.verdict_consumer import Verdicts
from registry.web.problems import problems

_NAME = "registry"
_RELAY_CONNECTIONS = 32
_FLEET = "registry.fleet"
_VERDICTS_AT_ONCE = 2
"""Batches: while one waits for the database another is opened, signed and encrypted."""


def main() -> None:
    """Run the registry until it is told to stop."""
    settings = load(RegistrySettings)
    log_to_stdout(service=_NAME)
    life.live(lambda stopping: serve(settings, stopping))


async def serve(
    settings: RegistrySettings,
    stopping: asyncio.Event,
    *,
    hasher: PasswordHasher = HASHER,
    at_step: AtStep = unobserved,
) -> None:
    """Consume, relay and answer until told to stop.

    Args:
        settings: What the operator sets.
        stopping: Is set when it is to stop.
        hasher: Makes what is kept of passwords.
        at_step: Is told each step of its work on the bus.
    """
    trusted, url = trust(settings.ca_file), settings.database_url
    async with (
        database(url, name=_NAME, trust=trusted) as pool,
        database(url, name=f"{_NAME} relays", size=_RELAY_CONNECTIONS, trust=trusted) as relay_pool,
    ):
        await _serve(
            settings,
            pool=pool,
            relay_pool=relay_pool,
            passwords=Passwords(hasher=hasher),
            stopping=stopping,
            at_step=at_step,
        )


async def _serve(
    settings: RegistrySettings,
    *,
    pool: Pool,
    relay_pool: Pool,
    passwords: Passwords,
    stopping: asyncio.Event,
    at_step: AtStep,
) -> None:
    trusted = trust(settings.ca_file)
    broker = Broker(url=settings.amqp_url, name=_NAME, trust=trusted, found=said_once(BROKER))
    outbox = PostgresOutbox(pool=pool)
    traces = tracer(settings.otlp_endpoint, service=_NAME, ca_file=settings.ca_file)
    relay = Relay(broker=broker, outbox=outbox, traces=traces, at_step=at_step)
    agencies = AgencyRelays(
        broker=Broker(url=settings.agencies_amqp_url, name=f"{_NAME} to agencies", trust=trusted),
        pool=relay_pool,
        traces=traces,
        at_step=at_step,
    )
    signer = EventSigner(key=settings.agency_signing_key.get_secret_value(), region=settings.region)
    card_ref_key = bytes.fromhex(settings.card_ref_key.get_secret_value())
    office = Office(pool=pool, outbox=outbox, region=settings.region, card_ref_key=card_ref_key)
    following = Following(office=office, silent_after=silent_after(settings.beat_seconds))
    handlers: dict[str, Handle] = {
        QUEUE: Verdicts(
            pool=pool,
            reader=VerdictReader(
                opener=Opener(keys=private_keys(settings.registry_key.get_secret_value())),
                verification=settings.verification_signing_public_key,
            ),
            teller=Teller(
                signer=signer,
                pseudonym_key=bytes.fromhex(settings.pseudonym_key.get_secret_value()),
                pseudonym_key_version=settings.pseudonym_key_version,
                region=settings.region,
            ),
            region=settings.region,
            added=agencies.added,
            at_step=at_step,
        ),
        "registry.alarms": Alarms(pool=pool),
        _FLEET: Fleet(office=office, following=following),
        "registry.snapshots": Snapshots(pool=pool, region=settings.region, card_ref_key=card_ref_key),
    }
    retelling = Retelling(office=office)
    health = Health()
    figures = Figures(health=health)
    figures.watch_outbox(outbox)
    figures.watch_passed_over(relay.passed_over)
    figures.look_up(CityFigures(pool=pool, region=settings.region, registry=figures.registry).look)
    batch_metrics = BatchMetrics(registry=figures.registry)
    consumers = {
        queue: BatchConsumer(
            broker=broker,
            queue=queue,
            handle=handle,
            ready=lambda: ping(pool),
            metrics=batch_metrics,
            at_once=_VERDICTS_AT_ONCE if queue == QUEUE else 1,
            traces=traces,
            at_step=at_step,
        )
        for queue, handle in handlers.items()
    }
    silence = Silence(
        office=office,
        following=following,
        hears=consumers[_FLEET].pulse,
        beat_seconds=settings.beat_seconds,
    )
    comparing, counting, forgetting = (
        Comparing(office=office),
        Counting(pool=pool),
        Forgetting(office=office),
    )
    loaded, ruled, migrated = Pulse(), Pulse(), Pulse()
    health.register("database", lambda: ping(pool))
    health.register("migrations", migrated.ping)
    parts = Parts(health=health)
    parts.add("places", partial(_load_city, office, pulse=loaded), pulse=loaded, once=True)
    parts.add("purposes", partial(_load_purposes, office, pulse=ruled), pulse=ruled, once=True)
    parts.add("agencies", agencies.run, pulse=agencies.pulse, ping=agencies.ping)
    named: dict[str, Part] = {
        "relay": relay,
        "retelling": retelling,
        "silence": silence,
        "comparing": comparing,
        "counting": counting,
        "retention": forgetting,
        "refused requests": Refusing(office=office),
        **consumers,
    }
    for name, part in named.items():
        parts.add(name, part.run, pulse=part.pulse)

    app = application(health=health, figures=figures)
    app.on_response_prepare.append(harden)
    app.middlewares.extend(
        [
            problems,
            spoken_for(settings.web_servers),
            admitted(
                office,
                bootstrap=settings.api_token.get_secret_value(),
                pace=Pace(per_second=settings.requests_per_second, at_once=3 * settings.requests_per_second),
                open_pace=Pace(
                    per_second=settings.sign_ins_per_second, at_once=20 * settings.sign_ins_per_second
                ),
            ),
            once(office, digest_key=bytes.fromhex(settings.pseudonym_key.get_secret_value())),
        ]
    )
    app.router.add_routes(
        every_route(
            office,
            signer=signer,
            card_ref_key=card_ref_key,
            passwords=passwords,
            root=settings.root_public_key,
            reported=await asyncio.to_thread(reported_figures.read, settings.region),
            citizens=Citizens(
                key=bytes.fromhex(settings.pseudonym_key.get_secret_value()),
                version=settings.pseudonym_key_version,
                region=settings.region,
            ),
        )
    )
    tls = shown(certificate=settings.http_cert_file, key=settings.http_key_file)
    async with listening(app, host=settings.http_host, port=settings.http_port, tls=tls):
        await until_migrated(pool, service=_NAME, stopping=stopping, pulse=migrated)
        await parts.run(stopping)
    if traces is not None:
        await asyncio.to_thread(traces.close)


async def _load_city(office: Office, stopping: asyncio.Event, *, pulse: Pulse) -> None:
    files = await asyncio.to_thread(city_files.shipped, office.region)

    async def load_them() -> None:
        await load_shipped(office, files)
        pulse.up()

    await persist(load_them, name="city", stopping=stopping, pulse=pulse)


async def _load_purposes(office: Office, stopping: asyncio.Event, *, pulse: Pulse) -> None:
    first = await asyncio.to_thread(purposes.read, purposes.FIRST)

    async def load_them() -> None:
        await publish_first(office, first)
        pulse.up()

    await persist(load_them, name="purposes", stopping=stopping, pulse=pulse)
