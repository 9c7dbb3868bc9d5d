"""Every error is a problem document (RFC 9457)."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from math import ceil

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from chassis.runtime.retry import TRANSIENT
from registry.kit.errors import (
    Changed,
    DoneBefore,
    NotAllowed,
    NotPossible,
    NotSignedIn,
    TooOften,
    Unfit,
    Unknown,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CONTENT_TYPE = "application/problem+json"
_STATUS: dict[type[Exception], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    Unknown: 404,
    NotPossible: 409,
    DoneBefore: 409,
    Changed: 412,
    TooOften: 429,
    msgspec.ValidationError: 422,
    Unfit: 422,
    msgspec.DecodeError: 400,
    UnicodeDecodeError: 400,
}
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    412: "Precondition Failed",
    429: "Too Many Requests",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""


def problem(status: int, *, title: str, detail: str = "") -> web.Response:
    """The document as a response."""
    return web.Response(
        status=status,
        body=msgspec.json.encode(Problem(title=title, status=status, detail=detail)),
        content_type=CONTENT_TYPE,
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises, or aiohttp in its place, into a problem document."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        answer = problem(refusal.status, title=refusal.reason)
        if "Allow" in refusal.headers:
            answer.headers["Allow"] = refusal.headers["Allow"]
        return answer
    except tuple(_STATUS) as refusal:
        status = next(code for kind, code in _STATUS.items() if isinstance(refusal, kind))
        # the reason of a decoder's failure quotes the input; a validation names the field and the rule
        detail = "the body is not JSON" if status == HTTPStatus.BAD_REQUEST else str(refusal)
        answer = problem(status, title=_TITLES[status], detail=detail)
        if isinstance(refusal, TooOften):
            answer.headers["Retry-After"] = str(max(1, ceil(refusal.seconds)))
        if isinstance(refusal, NotSignedIn):
            answer.headers["WWW-Authenticate"] = 'Bearer realm="ketuk"'
        return answer
    except TRANSIENT as away:
        structlog.get_logger(part="api").warning("unavailable", because=type(away).__name__)
        return problem(503, title=_TITLES[503])
    except Exception as failure:  # noqa: BLE001  an error must not show what it says to whoever asks
        structlog.get_logger(part="api").error("failed", because=type(failure).__name__, path=request.path)
        return problem(500, title=_TITLES[500])
