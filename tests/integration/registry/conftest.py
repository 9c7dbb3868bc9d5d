"""The registry at work in this process, with a database of its own on the real PostgreSQL and broker."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import aio_pika
import aiohttp
import asyncpg
import pytest
from yarl import URL

from chassis.broker import DEAD_LETTERS
from chassis.migrate import migrate
from registry.settings import RegistrySettings
from tests.integration.registry.case import Case

QUEUES = ("registry.verdicts", "registry.fleet", "registry.snapshots", DEAD_LETTERS)


@pytest.fixture(scope="session")
def database_url(stack_env: Mapping[str, str]) -> Iterator[str]:
    """A fresh database of the registry."""
    name = f"registry_{uuid4().hex[:8]}"
    admin = stack_env["DATABASE_ADMIN_URL"]
    url = str(URL(stack_env["DATABASE_REGISTRY_URL"]).with_path(f"/{name}"))
    asyncio.run(_execute(admin, f"CREATE DATABASE {name} OWNER registry"))
    asyncio.run(migrate(service="registry", url=url))
    yield url
    asyncio.run(_execute(admin, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def settings(stack_env: Mapping[str, str], database_url: str, unused_tcp_port: int) -> RegistrySettings:
    return RegistrySettings(
        _secrets_dir=str(Path(stack_env["SECRETS_DIR"]) / "registry"),  # type: ignore[call-arg]  # as in chassis.settings
        region="3372",
        amqp_url=stack_env["AMQP_REGISTRY_URL"],
        agencies_amqp_url=stack_env["AMQP_REGISTRY_AGENCIES_URL"],
        database_url=database_url,
        http_port=unused_tcp_port,
    )


@pytest.fixture
async def case(stack_env: Mapping[str, str], settings: RegistrySettings) -> AsyncIterator[Case]:
    """Everyone whom the registry deals with; start it with `case.running()`."""
    admin = URL(stack_env["AMQP_ADMIN_URL"])
    async with (
        _channel(str(admin.with_path("/ketuk"))) as services,
        _channel(str(admin.with_path("/ketuk-agencies"))) as agencies,
        _channel(stack_env["AMQP_VERIFICATION_URL"]) as verification,
        asyncpg.create_pool(settings.database_url, min_size=0, max_size=4) as pool,
        aiohttp.ClientSession(f"http://127.0.0.1:{settings.http_port}") as http,
    ):
        for queue in QUEUES:
            await (await services.get_queue(queue, ensure=False)).purge()
        yield Case(
            settings=settings,
            stack=stack_env,
            services=services,
            agencies=agencies,
            verification=verification,
            pool=pool,
            http=http,
        )


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)
