"""Publish purposes: from now on verification judges by them."""

from ketuk_events.catalogue import PURPOSES_CHANGED
from ketuk_events.projection import Purpose
from registry.audit.unit_of_work import Office
from registry.purposes import store as purposes
from registry.purposes.events import purposes_changed
from registry.purposes.purposes import in_order, must_fit
from registry.purposes.store import Published

_OWNER = "registry"


async def publish_purposes(office: Office, wanted: tuple[Purpose, ...]) -> Published:
    """Add a version, unless it says what the last does. Raises Unfit."""
    async with office.deciding() as connection:
        await purposes.lock(connection)
        last = await purposes.newest(connection)
        must_fit(wanted, before=() if last is None else last.purposes)
        wanted = in_order(wanted)
        if last is not None and wanted == last.purposes:
            return last
        added = await purposes.add(connection, wanted, version=1 if last is None else last.version + 1)
        await office.announce(connection, PURPOSES_CHANGED, purposes_changed(added), owner=_OWNER)
    return added


async def publish_first(office: Office, first: tuple[Purpose, ...]) -> None:
    """Those of the data file, where none were published yet."""
    async with office.pool.acquire() as connection:
        if await purposes.newest(connection) is not None:
            return
    async with office.deciding() as connection:
        await purposes.lock(connection)
        if await purposes.newest(connection) is None:
            added = await purposes.add(connection, first, version=1)
            await office.announce(connection, PURPOSES_CHANGED, purposes_changed(added), owner=_OWNER)
