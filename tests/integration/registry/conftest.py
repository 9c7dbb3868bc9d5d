"""The registry at work in this process, with a database of its own on the real PostgreSQL and broker."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aio_pika
import aiohttp
import asyncpg
import pytest
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS
from registry.settings import RegistrySettings
from tests.integration.registry.case import Case
from tests.integration.registry.fresh_database import fresh_database, migrated
from tests.support.purge import purge

QUEUES = ("registry.verdicts", "registry.alarms", "registry.fleet", "registry.snapshots", DEAD_LETTERS)


@pytest.fixture(scope="session")
def template(stack_env: Mapping[str, str]) -> Iterator[str]:
    """A database that the migrations have made, from which all others are copied."""
    with migrated(stack_env) as name:
        yield name


@pytest.fixture(scope="session")
def database_url(stack_env: Mapping[str, str], template: str) -> Iterator[str]:
    """A fresh database of the registry."""
    with fresh_database(stack_env, template=template) as url:
        yield url


@pytest.fixture(scope="module")
def settings(
    stack_env: Mapping[str, str], database_url: str, unused_tcp_port_factory: Callable[[], int]
) -> RegistrySettings:
    return RegistrySettings(
        _secrets_dir=str(Path(stack_env["SECRETS_DIR"]) / "registry"),  # type: ignore[call-arg]  # as in chassis.runtime.settings
        region="3372",
        amqp_url=stack_env["AMQP_REGISTRY_URL"],
        agencies_amqp_url=stack_env["AMQP_REGISTRY_AGENCIES_URL"],
        database_url=database_url,
        http_port=unused_tcp_port_factory(),
    )


class Kept:
    """A registry that may stay at work from one test of a module to the next."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._at_work: AsyncExitStack | None = None

    async def start(self) -> None:
        """Start it where it does not run."""
        if self._at_work is None:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(self.case.running())
                self._at_work = stack.pop_all()

    async def stop(self) -> None:
        """Stop it where it runs."""
        if self._at_work is not None:
            await self._at_work.aclose()
            self._at_work = None


@pytest.fixture(scope="module")
async def kept(stack_env: Mapping[str, str], settings: RegistrySettings) -> AsyncIterator[Kept]:
    async with _dealing(stack_env, settings) as everyone:
        await purge(everyone.services, QUEUES)
        kept = Kept(everyone)
        yield kept
        await kept.stop()


@pytest.fixture
async def case(kept: Kept) -> Case:
    """Everyone whom the registry deals with; start it with `case.running()`."""
    await kept.stop()
    await purge(kept.case.services, QUEUES)
    return kept.case


@pytest.fixture
async def shared(kept: Kept) -> Case:
    """The same with a registry at work, which the next test finds as this one leaves it."""
    await purge(kept.case.services, QUEUES)
    await kept.start()
    return kept.case


@asynccontextmanager
async def _dealing(stack_env: Mapping[str, str], settings: RegistrySettings) -> AsyncIterator[Case]:
    admin = URL(stack_env["AMQP_ADMIN_URL"])
    async with (
        _channel(str(admin.with_path("/ketuk"))) as services,
        _channel(str(admin.with_path("/ketuk-agencies"))) as agencies,
        _channel(stack_env["AMQP_VERIFICATION_URL"]) as verification,
        asyncpg.create_pool(settings.database_url, min_size=0, max_size=4) as pool,
        aiohttp.ClientSession(f"http://127.0.0.1:{settings.http_port}") as http,
    ):
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
