"""JSON in, JSON out."""

from typing import TypeVar

import msgspec
from aiohttp import web

Body = TypeVar("Body")


async def body(request: web.Request, kind: type[Body]) -> Body:
    """The decoded body.

    Raises msgspec.DecodeError or its subclass ValidationError, and a 413 of aiohttp's where it is too large.
    """
    return msgspec.json.decode(await request.read(), type=kind)


def answer(content: object) -> web.Response:
    """Content as JSON."""
    return web.Response(body=msgspec.json.encode(content), content_type="application/json")
