"""The page and its files. They hold nothing of the city: for that the page asks the API, as a person may."""

from pathlib import Path

from aiohttp import web

from chassis.observability.security_headers import language_of, page, template
from registry.dashboard.words import WORDS

PAGE, FILES = "/", "/static/{file}"
PAGES = frozenset({("GET", PAGE), ("GET", FILES)})
"""They show nothing until their reader has signed in."""
_HERE = Path(__file__).parent
_PAGE = template(_HERE / "templates" / "dashboard.html")
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES = {
    file.name: (file.read_bytes(), _KINDS[file.suffix])
    for file in (_HERE / "static").iterdir()
    if file.suffix in _KINDS
}


def routes() -> web.RouteTableDef:
    """What a browser asks for first, before anybody has signed in."""
    table = web.RouteTableDef()

    @table.get(PAGE)
    async def show_page(request: web.Request) -> web.Response:
        language = language_of(request)
        other = "en" if language == "id" else "id"
        return page(_PAGE.render(words=WORDS[language], language=language, other=other), language)

    @table.get(FILES)
    async def show_file(request: web.Request) -> web.Response:
        if (found := _FILES.get(request.match_info["file"])) is None:
            raise web.HTTPNotFound
        body, kind = found
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return table
