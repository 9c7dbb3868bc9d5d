"""Sign out."""

from registry.office import Office
from registry.store import sessions


async def sign_out(office: Office, *, secret: str) -> None:
    """End a session."""
    async with office.deciding() as connection:
        await sessions.close_session(connection, secret)
