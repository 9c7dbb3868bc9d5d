"""Everywhere that anything of a run can rest: databases with their journals, the broker, spools, logs."""

from collections.abc import Mapping
from pathlib import Path

import asyncpg
from yarl import URL

from dev.stack.stack import Stack
from tests.system.at_rest.search import Hit, search

SERVICES = ("verification", "registry")
FOLDERS = ("postgres", "rabbitmq", "spools", "logs")
_KNOWN = {
    b"kelurahan-jebres": "the name of a gateway",
    b'"service":"reader_gateway"': "a line of its log, which does not name itself",
}
"""One of them lies in each of these: a search that does not find it has not looked."""
_LOOKED_AT = (
    "postgres/base/",
    "postgres/pg_wal/",
    "rabbitmq/data/",
    "spools/",
    "logs/verification.log",
    "logs/gateway-kelurahan-jebres.log",
)


async def lies_somewhere(stack: Stack, words: Mapping[bytes, str], *, dumps: Path) -> list[Hit]:
    """Each word that lies in a file of the stack's state, or in a table as it is written out into `dumps`."""
    await _write_out(stack, dumps)
    hits = search({**words, **_KNOWN}, [*(stack.folder / name for name in FOLDERS), dumps])
    looked_at = {hit.path for hit in hits if hit.what in _KNOWN.values()}
    for part in _LOOKED_AT:
        assert any(path.startswith(str(stack.folder / part)) for path in looked_at), part
    assert {str(dumps / "verification.decisions"), str(dumps / "registry.gateways")} <= looked_at
    return sorted(hit for hit in hits if hit.what not in _KNOWN.values())


async def _write_out(stack: Stack, folder: Path) -> None:
    """A file for each table, for in PostgreSQL's own long values are compressed; and those are up to date."""
    admin = URL(stack.environment()["DATABASE_ADMIN_URL"])
    for service in SERVICES:
        connection = await asyncpg.connect(str(admin.with_path(f"/{service}")))
        try:
            await connection.execute("CHECKPOINT")
            for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                name = row["tablename"]
                # a query, for a table in partitions cannot be copied itself
                rows = f'SELECT * FROM "{name}"'  # noqa: S608  a table's name, from the catalogue
                await connection.copy_from_query(rows, output=folder / f"{service}.{name}")
        finally:
            await connection.close()
