"""The routes of the counter page.

It binds to loopback until officers can sign in, and answers to no other host's name, so that a page from
elsewhere cannot reach it through the officer's browser.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import jinja2
import msgspec
from aiohttp import web
from aiohttp_sse import sse_response

from ketuk_events.outcomes import Language
from reader_gateway.board import Board
from reader_gateway.counter.shown import shown
from reader_gateway.counter.words import WORDS

_HERE = Path(__file__).parent
_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def add_counter(
    app: web.Application,
    *,
    board: Board,
    gateway: str,
    place: str,
    purposes: Sequence[str],
    purpose: Callable[[], str],
    choose_purpose: Callable[[str], None],
    check_chip: Callable[[str], None],
) -> None:
    """Add the page to an application.

    Args:
        app: the gateway's.
        board: what is shown.
        gateway: its name, for the heading.
        place: its place, for the heading.
        purposes: that the officer can choose from.
        purpose: the one that taps are for now.
        choose_purpose: raises ValueError for an unknown one.
        check_chip: begins a tap without a card on a reader; raises KeyError for an unknown one.
    """
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = templates.get_template("counter.html")
    closing = asyncio.Event()

    async def show_page(request: web.Request) -> web.Response:
        language = _language(request)
        text = page.render(
            words=WORDS[language], language=language, gateway=gateway, place=place, purposes=purposes
        )
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    async def show_events(request: web.Request) -> web.StreamResponse:
        language = _language(request)
        async with sse_response(request, headers=_HEADERS) as stream:
            changes = board.changes()
            ended = asyncio.create_task(closing.wait())
            while not ended.done() and stream.is_connected():
                # one purpose for all readers: it is part of what is shown
                coming = asyncio.ensure_future(anext(changes))
                await asyncio.wait({coming, ended}, return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    coming.cancel()
                    break
                state = shown(coming.result(), language=language, purpose=purpose())
                await stream.send(msgspec.json.encode(state).decode())
            ended.cancel()
        return stream

    async def show_photo(request: web.Request) -> web.Response:
        wanted = request.match_info["tap"]
        for tap in board.snapshot().taps:
            if tap.tap == wanted and tap.photo is not None:
                return web.Response(body=tap.photo, content_type="image/jpeg", headers=_HEADERS)
        raise web.HTTPNotFound

    async def begin_chip_check(request: web.Request) -> web.Response:
        try:
            check_chip(request.match_info["reader"])
        except KeyError:
            raise web.HTTPNotFound from None
        return web.Response(status=202)

    async def take_purpose(request: web.Request) -> web.Response:
        try:
            choose_purpose(request.match_info["purpose"])
        except ValueError:
            raise web.HTTPNotFound from None
        return web.Response(status=204)

    async def close_streams(_: web.Application) -> None:
        closing.set()

    app.middlewares.append(_only_this_host)
    app.on_shutdown.append(close_streams)
    app.router.add_get("/", show_page)
    app.router.add_get("/events", show_events)
    app.router.add_get("/photos/{tap}", show_photo)
    app.router.add_post("/readers/{reader}/chip-checks", begin_chip_check)
    app.router.add_put("/purpose/{purpose}", take_purpose)
    app.router.add_static("/static", _HERE / "static")


@web.middleware
async def _only_this_host(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    host = request.host.rpartition(":")[0] or request.host
    origin = request.headers.get("Origin")
    if host not in _HOSTS or (origin is not None and origin != f"http://{request.host}"):
        raise web.HTTPForbidden(text="this page answers on its own computer only\n")
    return await handler(request)


def _language(request: web.Request) -> Language:
    return "en" if request.query.get("lang") == "en" else "id"
