"""Sign out."""

from registry.access.store import sessions
from registry.audit.unit_of_work import Office


async def sign_out(office: Office, *, secret: str) -> None:
    """End a session."""
    async with office.deciding() as connection:
        await sessions.close_session(connection, secret)
