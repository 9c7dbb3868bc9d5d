"""A private PostgreSQL with a database and a role for each service that has one."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import asyncpg

from dev.stack.causes import cause
from dev.stack.children import Children
from dev.stack.missing import Missing
from dev.stack.waiting import until_ready

DATABASES = {"verification": "verification", "registry": "registry_owner"}
"""Each with the role that owns it and migrates it; the service's own role has the database's name."""
_ADMIN = "postgres"
ROLES = frozenset({_ADMIN, *DATABASES, *DATABASES.values()})
"""Each needs a password."""
NAME = "postgres"


class Postgres:
    """One server on one port; its data outlives a kill."""

    def __init__(self, *, folder: Path, port: int, passwords: dict[str, str], children: Children) -> None:
        self._folder = folder
        self._port = port
        self._passwords = passwords
        self._children = children
        self._programs = _programs()
        # PostgreSQL refuses to run as root
        self._user = "postgres" if os.geteuid() == 0 else None

    def url(self, role: str, database: str | None = None) -> str:
        """Where a role finds its database."""
        return f"postgresql://{role}:{self._passwords[role]}@127.0.0.1:{self._port}/{database or role}"

    def start(self) -> None:
        """Start it and wait until it answers; makes the databases at the first start."""
        fresh = not (self._folder / "PG_VERSION").exists()
        if fresh:
            self._create()
        self._children.start(
            NAME,
            [
                self._programs / "postgres",
                "-D", self._folder,
                "-c", f"port={self._port}",
                "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=",
                "-c", "max_connections=100",
            ],
            user=self._user,
            folder=self._folder,
        )  # fmt: skip
        until_ready(NAME, self._answers, children=self._children)
        if fresh:
            asyncio.run(self._make_databases())

    def _create(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        password = self._folder.parent / "postgres.password"
        password.write_text(self._passwords[_ADMIN])
        if self._user is not None:
            shutil.chown(self._folder, user=self._user)
            shutil.chown(password, user=self._user)
        made = subprocess.run(
            [
                self._programs / "initdb", "-D", self._folder, "-U", _ADMIN, "--pwfile", password,
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
            ],
            user=self._user, cwd=self._folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        password.unlink()
        if made.returncode != 0:
            # initdb removes what it made, and says so last
            why = cause(made.stderr) or " ".join(made.stderr.split())
            raise Missing(f"PostgreSQL could not be set up in {self._folder}: {why}.")

    def _answers(self) -> bool:
        try:
            asyncio.run(self._ask())
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    async def _ask(self) -> None:
        connection = await asyncpg.connect(self.url(_ADMIN), timeout=2)
        await connection.close()

    async def _make_databases(self) -> None:
        connection = await asyncpg.connect(self.url(_ADMIN), timeout=5)
        for role in sorted(ROLES - {_ADMIN}):
            # names and generated passwords hold letters, digits and _ only
            await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{self._passwords[role]}'")
        for name, owner in DATABASES.items():
            await connection.execute(f"CREATE DATABASE {name} OWNER {owner}")
            await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {name}")
        await connection.close()


def _programs() -> Path:
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3])
    )
    if not versions:
        raise Missing(
            "PostgreSQL's server is not installed, though its client may be; run `make setup`, or install "
            "the package postgresql."
        )
    return versions[-1].parent
