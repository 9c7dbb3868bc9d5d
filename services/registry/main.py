"""The registry, put together."""

import asyncio

from chassis import life
from chassis.batch_metrics import BatchMetrics
from chassis.batches import BatchConsumer, Handle
from chassis.broker import Broker
from chassis.figures import Figures
from chassis.health import Health, Pulse
from chassis.logs import log_to_stdout
from chassis.migrated import until_migrated
from chassis.outbox import Relay
from chassis.patience import persist
from chassis.postgres import Pool, PostgresOutbox, database, ping
from chassis.seal import Opener, private_keys, public_keys
from chassis.settings import load
from chassis.tls import shown, trust
from chassis.tracing import tracer
from chassis.web import application, listening
from registry import places
from registry.agency_event import EventSigner
from registry.agency_relays import AgencyRelays
from registry.api import changes, lists
from registry.api.access import bearer
from registry.api.problems import problems
from registry.city_figures import CityFigures
from registry.fleet import Fleet
from registry.judged import VerdictReader
from registry.office import Office
from registry.settings import RegistrySettings
from registry.snapshots import Snapshots
from registry.store import places as stored_places
from registry.telling import QUEUE, Teller
from registry.verdicts import Verdicts

_NAME = "registry"
_RELAY_CONNECTIONS = 32


def main() -> None:
    """Run the registry until it is told to stop."""
    settings = load(RegistrySettings)
    log_to_stdout(service=_NAME)
    life.live(lambda stopping: serve(settings, stopping))


async def serve(settings: RegistrySettings, stopping: asyncio.Event) -> None:
    """Consume, relay and answer until told to stop."""
    trusted, url = trust(settings.ca_file), settings.database_url
    async with (
        database(url, name=_NAME, trust=trusted) as pool,
        database(url, name=f"{_NAME} relays", size=_RELAY_CONNECTIONS, trust=trusted) as relay_pool,
    ):
        await _serve(settings, pool=pool, relay_pool=relay_pool, stopping=stopping)


async def _serve(
    settings: RegistrySettings, *, pool: Pool, relay_pool: Pool, stopping: asyncio.Event
) -> None:
    trusted = trust(settings.ca_file)
    broker = Broker(url=settings.amqp_url, name=_NAME, trust=trusted)
    outbox = PostgresOutbox(pool=pool)
    traces = tracer(settings.otlp_endpoint, service=_NAME)
    relay = Relay(broker=broker, outbox=outbox, traces=traces)
    agencies = AgencyRelays(
        broker=Broker(url=settings.agencies_amqp_url, name=f"{_NAME} to agencies", trust=trusted),
        pool=relay_pool,
        traces=traces,
    )
    signer = EventSigner(key=settings.agency_signing_key.get_secret_value(), region=settings.region)
    office = Office(pool=pool, outbox=outbox, region=settings.region)
    handlers: dict[str, Handle] = {
        QUEUE: Verdicts(
            pool=pool,
            reader=VerdictReader(
                opener=Opener(keys=private_keys(settings.registry_key.get_secret_value())),
                verification=public_keys(settings.verification_signing_public_key),
            ),
            teller=Teller(
                signer=signer,
                pseudonym_key=bytes.fromhex(settings.pseudonym_key.get_secret_value()),
                pseudonym_key_version=settings.pseudonym_key_version,
                region=settings.region,
            ),
            region=settings.region,
            added=agencies.added,
        ),
        "registry.fleet": Fleet(pool=pool),
        "registry.snapshots": Snapshots(pool=pool, region=settings.region),
    }
    health = Health()
    figures = Figures(health=health)
    figures.watch_outbox(outbox)
    figures.look_up(CityFigures(pool=pool, region=settings.region, registry=figures.registry).look)
    batch_metrics = BatchMetrics(registry=figures.registry)
    consumers = [
        BatchConsumer(
            broker=broker,
            queue=queue,
            handle=handle,
            ready=lambda: ping(pool),
            metrics=batch_metrics,
            traces=traces,
        )
        for queue, handle in handlers.items()
    ]
    loaded, migrated = Pulse(), Pulse()
    health.register("database", lambda: ping(pool))
    health.register("migrations", migrated.ping)
    health.register("places", loaded.ping)
    health.register("relay", relay.pulse.ping)
    health.register("agencies", agencies.ping)
    for queue, consumer in zip(handlers, consumers, strict=True):
        health.register(queue, consumer.pulse.ping)

    app = application(health=health, figures=figures)
    app.middlewares.extend([problems, bearer(settings.api_token.get_secret_value())])
    app.router.add_routes(lists.routes(office, signer=signer))
    app.router.add_routes(
        changes.routes(office, card_ref_key=bytes.fromhex(settings.card_ref_key.get_secret_value()))
    )
    tls = shown(certificate=settings.http_cert_file, key=settings.http_key_file)
    async with listening(app, host=settings.http_host, port=settings.http_port, tls=tls):
        await until_migrated(pool, service=_NAME, stopping=stopping, pulse=migrated)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_load_places(pool, region=settings.region, pulse=loaded, stopping=stopping))
            tasks.create_task(relay.run(stopping))
            tasks.create_task(agencies.run(stopping))
            for consumer in consumers:
                tasks.create_task(consumer.run(stopping))
    if traces is not None:
        await asyncio.to_thread(traces.close)


async def _load_places(pool: Pool, *, region: str, pulse: Pulse, stopping: asyncio.Event) -> None:
    found = await asyncio.to_thread(places.read, places.file_of(region))

    async def load_them() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await stored_places.load(connection, found)
        pulse.up()

    await persist(load_them, name="places", stopping=stopping, pulse=pulse)
