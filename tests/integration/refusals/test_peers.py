"""A broker or a database that is not what the service expects."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from yarl import URL

from chassis.storage.schema_version import newest
from dev.compose.authority import Pair, new_authority, new_certificate
from tests.integration.refusals.process import ended, running

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BROKERS_VERSION = re.compile(rb"\x07versionS....(?P<major>\d)(?P<minor>\.[\d.]+)", re.DOTALL)
"""Of RabbitMQ, in the table of its properties (AMQP 0-9-1, 1.4.2.1)."""
DATABASES_VERSION = re.compile(rb"server_version\0(?P<major>\d+)(?P<minor>\.\d+)")
"""Of PostgreSQL, as it tells it when a session begins (ParameterStatus)."""
BRIEF = timedelta(minutes=-1)
"""Lives until a minute ago."""


@asynccontextmanager
async def answering(talk: Talk, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a port of its own for the block."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Whoever gets as far as this trusts the certificate."""
    writer.close()


def shows(pair: Pair, folder: Path) -> ssl.SSLContext:
    """A server's context."""
    (folder / "server.pem").write_text(pair.certificate + pair.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


def wrong(kind: str) -> tuple[Pair, Pair]:
    """An authority that is trusted, and a certificate that must not be."""
    trusted = new_authority(name="Trusted")
    return trusted, {
        "expired": lambda: new_certificate(trusted, names=("localhost",), lives=BRIEF),
        "another name": lambda: new_certificate(trusted, names=("elsewhere",)),
        "another authority": lambda: new_certificate(new_authority(name="Other"), names=("localhost",)),
    }[kind]()


WRONG = {
    "expired": "its certificate is refused: certificate has expired",
    "another name": "its certificate is refused: Hostname mismatch",
    "another authority": "its certificate is refused: unable to get local issuer certificate",
}


@pytest.mark.parametrize("kind", WRONG)
async def test_a_broker_with_a_wrong_certificate_is_said_and_waited_out(
    gateway: dict[str, str], tmp_path: Path, kind: str
) -> None:
    authority, certificate = wrong(kind)
    (tmp_path / "ca.pem").write_text(authority.certificate)
    async with answering(hang_up, tls=shows(certificate, tmp_path)) as port:
        told = {
            "KETUK_AMQP_URL": f"amqps://3372.kelurahan-jebres:x@localhost:{port}/ketuk",
            "KETUK_CA_FILE": str(tmp_path / "ca.pem"),
        }
        async with running("reader_gateway", settings=gateway | told) as service:
            await service.until_it_says("verdicts", WRONG[kind])


@pytest.mark.parametrize("kind", WRONG)
async def test_a_database_with_a_wrong_certificate_is_said_and_waited_out(
    verification: dict[str, str], tmp_path: Path, kind: str
) -> None:
    authority, certificate = wrong(kind)
    (tmp_path / "ca.pem").write_text(authority.certificate)
    context = shows(certificate, tmp_path)

    async def as_postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # SSLRequest
        writer.write(b"S")
        try:
            await writer.start_tls(context)
        except (ssl.SSLError, ConnectionError):
            pass
        finally:
            writer.close()

    async with answering(as_postgres) as port:
        address = f"postgresql://verification:x@localhost:{port}/verification"
        told = {"KETUK_DATABASE_URL": address, "KETUK_CA_FILE": str(tmp_path / "ca.pem")}
        async with running("verification", settings=verification | told) as service:
            await service.until_it_says("database", WRONG[kind])
            await service.until_it_says("migrations", WRONG[kind])


@asynccontextmanager
async def as_version_9(real: URL, version: re.Pattern[bytes], named: list[str]) -> AsyncIterator[int]:
    """A port at which a server answers as if its major version were 9; `named` gets what it says."""

    def told(data: bytes) -> bytes:
        if found := version.search(data):
            named.append("9" + found["minor"].decode())
            return data[: found.start("major")] + b"9" * len(found["major"]) + data[found.end("major") :]
        return data

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asks = await asyncio.open_connection(real.host, real.port)

        async def there() -> None:
            while data := await reader.read(65536):
                asks.write(data)
            asks.close()

        async def back() -> None:
            while data := await answers.read(65536):
                writer.write(told(data))
            writer.close()

        await asyncio.gather(there(), back(), return_exceptions=True)

    async with answering(between) as port:
        yield port


async def test_a_broker_of_another_major_version_is_named(verification: dict[str, str]) -> None:
    real, named = URL(verification["KETUK_AMQP_URL"]), list[str]()
    async with as_version_9(real, BROKERS_VERSION, named) as port:
        told = {"KETUK_AMQP_URL": str(real.with_port(port))}
        async with running("verification", settings=verification | told) as service:
            await service.until_it_says("relay", "is not supported: Ketuk works with 3.10 to 4.x")
            await service.until_it_says("relay", f"RabbitMQ {named[0]} is not")


async def test_a_database_of_another_major_version_is_named(verification: dict[str, str]) -> None:
    real, named = URL(verification["KETUK_DATABASE_URL"]), list[str]()
    async with as_version_9(real, DATABASES_VERSION, named) as port:
        told = {"KETUK_DATABASE_URL": str(real.with_port(port))}
        async with running("verification", settings=verification | told) as service:
            await service.until_it_says("migrations", "is not supported: Ketuk works with 15 to 17.x")
            await service.until_it_says("migrations", f"PostgreSQL 9{named[0]}")


@asynccontextmanager
async def at_migration(stack_env: Mapping[str, str], version: str) -> AsyncIterator[None]:
    """Verification's database says that it is at a migration, for the block."""
    ours = await asyncio.to_thread(newest, "verification")
    connection = await asyncpg.connect(stack_env["DATABASE_ADMIN_URL"], database="verification")
    try:
        await connection.execute("UPDATE alembic_version SET version_num = $1", version)
        yield
        await connection.execute("UPDATE alembic_version SET version_num = $1", ours)
    finally:
        await connection.close()


async def test_a_database_at_an_older_migration_is_waited_for(
    verification: dict[str, str], stack_env: Mapping[str, str]
) -> None:
    async with at_migration(stack_env, "0001"):
        service = running("verification", settings=verification)
        started = await service.__aenter__()
        await started.until_it_says("migrations", "run the job verification-migrations")
    # not the readings: they wait for a registry, of which there is none here
    await started.until_it_says("projection", "ok")
    await service.__aexit__(None, None, None)


async def test_a_service_does_not_start_on_a_newer_database(
    verification: dict[str, str], stack_env: Mapping[str, str]
) -> None:
    async with at_migration(stack_env, "9999"):
        end = await ended("verification", settings=verification)
        assert end.code == 2
        assert end.line.startswith("verification: the database is at migration 9999")


async def test_a_migration_refuses_a_newer_database(
    verification: dict[str, str], stack_env: Mapping[str, str]
) -> None:
    async with at_migration(stack_env, "9999"):
        end = await ended("chassis.storage.migrations", "verification", settings=verification)
        assert end.code == 2
        assert "9999" in end.line


async def test_a_wrong_password_is_said_and_waited_out(verification: dict[str, str]) -> None:
    told = {
        "KETUK_AMQP_URL": str(URL(verification["KETUK_AMQP_URL"]).with_password("wrong")),
        "KETUK_DATABASE_URL": str(URL(verification["KETUK_DATABASE_URL"]).with_password("wrong")),
    }
    async with running("verification", settings=verification | told) as service:
        await service.until_it_says("migrations", "it refuses our name or password")
    only_broker = verification | {"KETUK_AMQP_URL": told["KETUK_AMQP_URL"]}
    async with running("verification", settings=only_broker) as service:
        await service.until_it_says("relay", "it refuses our name or password")
