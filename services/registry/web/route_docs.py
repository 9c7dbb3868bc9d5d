"""What a route takes and answers, said beside it: the OpenAPI document is made of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from msgspec import Struct

RouteHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_KEY = "__told__"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Types are those that msgspec decodes and encodes."""

    summary: str
    answer: Any
    body: Any = None
    """`bytes`: a text of CSV."""
    query: type[Struct] | None = None
    versioned: bool = False
    """Whether `If-Match` holds it to a version."""
    table: bool = False
    """Whether it answers `Accept: text/csv` with a table as well."""


def tells(
    summary: str,
    *,
    answer: Any,  # noqa: ANN401  a type expression, of which typing has no type
    body: Any = None,  # noqa: ANN401  the same
    query: type[Struct] | None = None,
    versioned: bool = False,
    table: bool = False,
) -> Callable[[RouteHandler], RouteHandler]:
    """Say it, below the line that makes the handler a route."""
    told = Told(summary=summary, answer=answer, body=body, query=query, versioned=versioned, table=table)

    def said(handler: RouteHandler) -> RouteHandler:
        vars(handler)[_KEY] = told
        return handler

    return said


def told_of(route: web.AbstractRoute) -> Told | None:
    """What is said beside a route."""
    told = getattr(route.handler, _KEY, None)
    return told if isinstance(told, Told) else None
