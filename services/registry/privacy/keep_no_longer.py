"""Remove what is past its time."""

from registry.audit import store as audit
from registry.audit.request_context import doing
from registry.audit.unit_of_work import Office
from registry.privacy.retention import DETAILS, RETENTION
from registry.privacy.store import retention


async def keep_no_longer(office: Office) -> dict[str, int]:
    """Remove a part of each kind; returns how many rows, by kind. What is left goes the next time."""
    removed: dict[str, int] = {}
    async with office.deciding() as connection:
        for kept in RETENTION:
            if kept.kind == DETAILS:
                await audit.hold(connection)
                positions = await retention.remove_details(connection, kept)
                removed[kept.kind] = len(positions)
                act = doing.get()
                if act is not None:
                    act.erased = positions
            else:
                removed[kept.kind] = await retention.remove(connection, kept)
    return removed
