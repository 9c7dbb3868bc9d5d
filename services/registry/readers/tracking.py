"""Readers' lives follow what their gateways say; one that falls silent is announced."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from chassis.storage.postgres import Connection
from ketuk_events.catalogue import READER_SILENT
from ketuk_events.names import to_timestamp
from ketuk_events.readers import ReaderSilent
from registry.audit.unit_of_work import Office
from registry.readers.lifecycle import Life, Stage, Told, came
from registry.readers.store import lifecycles as reader_lives


class Following:
    """Brings lives to what is known of gateways.

    Args:
        office: whose readers, and where it is announced.
        silent_after: how long a gateway may say nothing before its readers are silent.
    """

    def __init__(self, *, office: Office, silent_after: timedelta) -> None:
        self._office = office
        self._silent_after = silent_after
        self._log = structlog.get_logger(part="following")

    async def follow(self, connection: Connection, gateways: Sequence[str]) -> None:
        """In the caller's transaction, which holds the lock of each gateway (`store.readers.lock`).

        So one process alone sees a reader change, and it is announced once.
        """
        if not gateways:
            return
        now = datetime.now(UTC)
        seen = changes(await self._told(connection, gateways), now)
        if not seen:
            return
        # a person may be changing the same reader: look again once nobody else can
        await reader_lives.hold(connection, [life.number for _, life in seen])
        changed = changes(await self._told(connection, gateways), now)
        await reader_lives.save(connection, [life for _, life in changed])
        for told, life in changed:
            if life.state is Stage.SILENT:
                await self._office.announce(
                    connection,
                    READER_SILENT,
                    silent(told, life, region=self._office.region),
                    owner=told.gateway,
                )
            self._log.info("reader", gateway=told.gateway, reader=told.reader, state=life.state.value)

    async def behind(self, connection: Connection) -> list[str]:
        """Gateways of whose readers something is known that their lives do not show yet."""
        gateways = await reader_lives.gateways_that_told(connection, region=self._office.region)
        told = await self._told(connection, gateways)
        return sorted({each.gateway for each, _ in changes(told, datetime.now(UTC))})

    async def _told(self, connection: Connection, gateways: Sequence[str]) -> list[tuple[Told, Life | None]]:
        return await reader_lives.told(
            connection, region=self._office.region, gateways=gateways, silent_after=self._silent_after
        )


def changes(told: Sequence[tuple[Told, Life | None]], now: datetime) -> list[tuple[Told, Life]]:
    """The lives that begin or go on by what was told."""
    after = [(each, came(each, now) if life is None else life.told(each, now), life) for each, life in told]
    return [(each, new) for each, new, old in after if new != old]


def silent(told: Told, life: Life, *, region: str) -> ReaderSilent:
    """What is announced of a reader that fell silent."""
    return ReaderSilent(
        region=region,
        gateway=told.gateway,
        reader=told.reader,
        institution=life.institution,
        place=life.place,
        heard=to_timestamp(told.heard),
        version=life.version,
    )
