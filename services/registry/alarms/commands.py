"""Say that an alarm was looked into: it rings no longer, and stays in the list."""

from uuid import UUID

from registry.alarms import store as alarms
from registry.alarms.store import Alarm
from registry.audit.unit_of_work import Office
from registry.kit.errors import Unknown


async def look_into_alarm(office: Office, *, alarm: UUID) -> Alarm:
    """Note when; the first time stays. Raises Unknown."""
    async with office.deciding() as connection:
        found = await alarms.look_into(connection, alarm)
    if found is None:
        raise Unknown(f"there is no alarm {alarm}")
    return found
