"""Revoke a program's token."""

from registry.office import Office
from registry.refusals import Unknown
from registry.roles import Token
from registry.store import sessions


async def revoke_token(office: Office, *, token: str) -> Token:
    """Revoke it; one that is revoked stays so. Raises Unknown."""
    async with office.deciding() as connection:
        revoked = await sessions.revoke(connection, token)
        if revoked is None:
            raise Unknown("there is no such token")
    return revoked
