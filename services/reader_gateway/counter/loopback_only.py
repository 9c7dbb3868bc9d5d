"""Who may ask for the page: only a browser of this computer, and no page of another site through it.

The page binds to loopback, but a foreign page could still reach it from the officer's browser: by a request
across sites, or by a name of its own that it lets point to 127.0.0.1 (DNS rebinding).
"""

from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from chassis.observability.http_server import FOR_THE_OPERATOR

_OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


@web.middleware
async def only_this_computer(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Let through what names this computer as its host and comes from the page itself.

    Raises:
        HTTPForbidden: it does not.
    """
    if request.path in FOR_THE_OPERATOR:
        return await handler(request)
    origin = request.headers.get("Origin")
    if not _is_own(request.host) or (origin is not None and origin != f"{request.scheme}://{request.host}"):
        raise web.HTTPForbidden(text="This page answers only on its own computer.\n")
    return await handler(request)


def _is_own(host: str) -> bool:
    try:
        return URL(f"http://{host}").host in _OWN_NAMES
    except ValueError:
        return False
