"""What a command names must be in the registry."""

from chassis.storage.postgres import Connection
from registry.kit.errors import Unfit
from registry.places.store import existence as named


async def must_be_there(
    connection: Connection, *, institution: str | None = None, place: str | None = None
) -> None:
    """Raises Unfit for the first of those given that is not there."""
    for what, name in (("institution", institution), ("place", place)):
        if name is not None and not await named.there(connection, what, [name]):
            raise Unfit(f"there is no {what} {name}")
