"""JSON in, JSON out."""

from typing import TypeVar

import msgspec
from aiohttp import web

from registry.kit.errors import Unfit

Body = TypeVar("Body")


async def body(request: web.Request, kind: type[Body]) -> Body:
    """The decoded body.

    Raises msgspec.DecodeError or its subclass ValidationError, Unfit, and a 413 of aiohttp's where it is too
    large.
    """
    sent = await request.read()
    if b"\\u0000" in sent:
        raise Unfit("no text may hold the character NUL")
    return msgspec.json.decode(sent, type=kind)


def query(request: web.Request, kind: type[Body]) -> Body:
    """What is asked for behind the `?`. Raises ValidationError, and Unfit where a name is given twice."""
    given = dict(request.query)
    if len(given) < len(request.query):
        raise Unfit("a name is given twice in the query")
    if "null" in given.values():  # msgspec would take it for none
        raise Unfit("what is not asked for is left out of the query")
    return msgspec.convert(given, kind, strict=False)


def answer(content: object) -> web.Response:
    """Content as JSON; what has a version shows it as `ETag`, to be held to by `If-Match`."""
    found = web.Response(body=msgspec.json.encode(content), content_type="application/json")
    version = getattr(content, "version", None)
    if isinstance(version, int):
        found.headers["ETag"] = f'"{version}"'
    return found
