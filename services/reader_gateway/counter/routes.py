"""The counter page: what the officer sees, and the four things the officer can do.

It is to be bound to loopback until officers can sign in.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import Path

import msgspec
from aiohttp import web
from aiohttp_sse import sse_response

from chassis.observability.security_headers import harden, language_of, page, template
from ketuk_events.evidence import CAUSES
from reader_gateway.counter.loopback_only import only_this_computer
from reader_gateway.counter.translations import WORDS
from reader_gateway.counter.view_model import ShownNote, shown
from reader_gateway.desk.display_state import Board
from reader_gateway.tap.chip_notes import ChipNotes

BEAT_SECONDS = 5.0
"""The page is told at least so often how things are, and calls the connection lost after three times that."""
_HERE = Path(__file__).parent
_PAGE = template(_HERE / "templates" / "counter.html")
_NOTE = msgspec.json.Decoder(ShownNote)


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
    chip_notes: ChipNotes,
    keeps: Callable[[], bool],
) -> None:
    """Add the page to an application.

    Args:
        app: the gateway's; all of it answers to this computer only from now on.
        board: what is shown; closed with the application.
        gateway: its name, for the heading.
        place: its place, for the heading.
        purposes: that the officer can choose from.
        purpose: the one that taps are for now.
        choose_purpose: raises ValueError for an unknown one.
        check_chip: begins a tap without a card on a reader; raises KeyError for an unknown one.
        chip_notes: what the officer notes beside the next chip check.
        keeps: whether taps can be kept now.
    """
    app.middlewares.append(only_this_computer)
    app.on_response_prepare.append(harden)
    app.router.add_static("/static", _HERE / "static")
    heading = {"gateway": gateway, "place": place, "purposes": purposes, "causes": CAUSES}
    _add_sights(app, board=board, heading=heading, purpose=purpose, chip_notes=chip_notes, keeps=keeps)
    _add_deeds(app, board=board, choose_purpose=choose_purpose, check_chip=check_chip, chip_notes=chip_notes)


def _add_sights(
    app: web.Application,
    *,
    board: Board,
    heading: Mapping[str, object],
    purpose: Callable[[], str],
    chip_notes: ChipNotes,
    keeps: Callable[[], bool],
) -> None:
    async def show_page(request: web.Request) -> web.Response:
        language = language_of(request)
        other = "en" if language == "id" else "id"
        text = _PAGE.render(
            words=WORDS[language], language=language, other=other, chosen=purpose(), **heading
        )
        return page(text, language)

    async def show_events(request: web.Request) -> web.StreamResponse:
        language = language_of(request)
        states = board.changes(at_least_every=BEAT_SECONDS)
        # a browser that went away is noticed at the next word to it
        with suppress(ConnectionResetError):
            async with sse_response(request) as stream, aclosing(states):
                async for state in states:
                    seen = shown(
                        state, language=language, purpose=purpose(), chip_notes=chip_notes, keeps=keeps()
                    )
                    await stream.send(msgspec.json.encode(seen).decode())
        return stream

    async def show_photo(request: web.Request) -> web.Response:
        wanted = request.match_info["tap"]
        for tap in board.snapshot().taps:
            if tap.tap == wanted and tap.photo is not None:
                return web.Response(body=tap.photo, content_type="image/jpeg")
        raise web.HTTPNotFound

    async def close_board(_: web.Application) -> None:
        board.close()

    app.on_shutdown.append(close_board)
    app.router.add_get("/", show_page)
    app.router.add_get("/events", show_events)
    app.router.add_get("/photos/{tap}", show_photo)


def _add_deeds(
    app: web.Application,
    *,
    board: Board,
    choose_purpose: Callable[[str], None],
    check_chip: Callable[[str], None],
    chip_notes: ChipNotes,
) -> None:
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
        board.look_again()
        return web.Response(status=204)

    async def take_note(request: web.Request) -> web.Response:
        try:
            note = _NOTE.decode(await request.read())
            chip_notes.note(cause=note.cause, second=note.second)
        except (ValueError, msgspec.DecodeError):
            raise web.HTTPBadRequest from None
        board.look_again()
        return web.Response(status=204)

    app.router.add_put("/chip-note", take_note)
    app.router.add_post("/readers/{reader}/chip-checks", begin_chip_check)
    app.router.add_put("/purpose/{purpose}", take_purpose)
