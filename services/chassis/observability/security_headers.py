"""Pages for people: their templates, their language, and what a browser may do with them."""

from pathlib import Path

import jinja2
from aiohttp import web

from ketuk_events.outcomes import Language

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "hid",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "serial",
            "usb",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_YEAR = 365 * 24 * 3600


def template(file: Path) -> jinja2.Template:
    """A page's template; a word that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(file.parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(file.name)


def language_of(request: web.Request) -> Language:
    """What the address says, else what was chosen last, else Indonesian."""
    wanted = request.query.get("lang") or request.cookies.get("language")
    return "en" if wanted == "en" else "id"


def page(text: str, language: Language) -> web.Response:
    """A page, whose language is remembered."""
    response = web.Response(text=text, content_type="text/html")
    response.set_cookie("language", language, max_age=_YEAR, httponly=True, samesite="Strict")
    return response


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Say with every answer, files and errors included, what a browser may do with it."""
    response.headers.update(_HEADERS)
    if request.secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    response.headers.setdefault("Cache-Control", "no-store")
