"""Revoke a program's token."""

from registry.access.roles import Token
from registry.access.store import sessions
from registry.audit.unit_of_work import Office
from registry.kit.errors import Unknown


async def revoke_token(office: Office, *, token: str) -> Token:
    """Revoke it; one that is revoked stays so. Raises Unknown."""
    async with office.deciding() as connection:
        revoked = await sessions.revoke(connection, token)
        if revoked is None:
            raise Unknown("there is no such token")
    return revoked
