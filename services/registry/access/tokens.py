"""Give a program a token, and take it away."""

import secrets
from datetime import UTC, datetime, timedelta

from registry.access.roles import Role, Token
from registry.access.store import sessions
from registry.audit.unit_of_work import Office
from registry.kit.errors import NotPossible, Unfit, Unknown

BOOTSTRAP = "bootstrap"
"""The name of the token that the settings give; it is in no table."""
_LONGEST = timedelta(days=366)


async def issue_token(office: Office, *, token: str, role: Role, expires: datetime) -> tuple[Token, str]:
    """Issue one. Returns it and its secret, which nobody can look up later.

    Raises NotPossible where the name was used before, and Unfit where it would end at the wrong time.
    """
    if not timedelta() < expires - datetime.now(UTC) <= _LONGEST:
        raise Unfit("a token expires within a year, and not before it is issued")
    if token == BOOTSTRAP:
        raise NotPossible("this is the name of the first operator's token")
    secret = f"ketuk-{secrets.token_urlsafe(32)}"
    async with office.deciding() as connection:
        issued = await sessions.issue(connection, token=token, secret=secret, role=role, expires=expires)
        if issued is None:
            raise NotPossible("there is, or was, a token of this name")
    return issued, secret


async def revoke_token(office: Office, *, token: str) -> Token:
    """Revoke it; one that is revoked stays so. Raises Unknown."""
    async with office.deciding() as connection:
        revoked = await sessions.revoke(connection, token)
        if revoked is None:
            raise Unknown("there is no such token")
    return revoked
