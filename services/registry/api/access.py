"""Who may use the API: whoever has the token. Nothing is open unless it is named here."""

import hmac

from aiohttp import web
from aiohttp.typedefs import Middleware

from registry.api.problems import Handler, problem

_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})


def bearer(token: str) -> Middleware:
    """Let only requests with this token pass (RFC 6750)."""
    wanted = f"Bearer {token}".encode()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if request.path in _OPEN or hmac.compare_digest(given, wanted):
            return await handler(request)
        answer = problem(401, title="Unauthorized", detail="a bearer token is needed")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="ketuk"'
        return answer

    return check
