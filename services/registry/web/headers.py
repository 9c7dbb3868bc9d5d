"""The headers that the API takes beside those of HTTP, and how each must look."""

import re

from aiohttp import web

from registry.kit.errors import Unfit

REASON = "Ketuk-Reason"
KEY = "Idempotency-Key"
VERSION = "If-Match"
PATTERNS = {
    REASON: "^[!-~]([ -~]{0,198}[!-~])?$",
    KEY: "^[A-Za-z0-9_-]{1,100}$",
    VERSION: '^"[0-9]{1,18}"$',
}
"""ECMA 262, as OpenAPI has it, and Python agree on these."""


def header(request: web.Request, name: str) -> str | None:
    """One of them as it is given. Raises Unfit where it is not as it must be."""
    given = request.headers.getall(name, [])
    if not given:
        return None
    if len(given) > 1 or re.fullmatch(PATTERNS[name].strip("^$"), given[0]) is None:
        raise Unfit(f"`{name}` must be given once, as {PATTERNS[name]}")
    return given[0]
