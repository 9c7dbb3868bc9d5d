"""The OpenAPI 3.1 document of the registry's API, made of its routes, rights and types."""

import re
from typing import Any

import msgspec
from aiohttp import web

from registry.access.permissions import RIGHTS, Right
from registry.web.csv_tables import CSV
from registry.web.headers import KEY, PATTERNS, REASON, VERSION
from registry.web.json_io import answer
from registry.web.problems import CONTENT_TYPE, Problem
from registry.web.route_docs import Told, tells, told_of

_PARAMETER = re.compile(r"\(\?P<(\w+)>(.*?)\)(?=/|$)")
_JSON = "application/json"
_NOT_SAID = Told(summary="", answer=Any)
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_ALWAYS = {
    400: "What was sent is not well-formed.",
    401: "Nobody has signed in.",
    403: "The role does not allow it.",
    404: "There is no such thing.",
    422: "It is well-formed, and yet it cannot be so.",
    429: "Too many requests.",
    503: "The database is away.",
}
_WRITING = {409: "The state of things does not allow it, or it was done before.", 413: "It is too large."}
_REASON = {
    "name": REASON,
    "in": "header",
    "description": "Why, for the audit log.",
    "schema": {"type": "string", "pattern": PATTERNS[REASON]},
}
_REPEAT = {
    "name": KEY,
    "in": "header",
    "description": "What is sent twice with one key is carried out once.",
    "schema": {"type": "string", "pattern": PATTERNS[KEY]},
}
_MATCH = {
    "name": VERSION,
    "in": "header",
    "description": 'The version that is to be changed, as `ETag` gave it; `"0"` for what is not there yet.',
    "schema": {"type": "string", "pattern": PATTERNS[VERSION]},
}


def routes() -> web.RouteTableDef:
    """The document, for whoever may use any of it."""
    table = web.RouteTableDef()

    @table.get("/v1/openapi.json")
    @tells("This document.", answer=dict[str, Any])
    async def show(request: web.Request) -> web.Response:
        return answer(document(request.app))

    return table


def document(app: web.Application) -> dict[str, Any]:
    """The document of the routes that are in the table of rights."""
    found = sorted(
        (route.resource.canonical, route.method, route)
        for route in app.router.routes()
        if route.resource is not None and (route.method, route.resource.canonical) in RIGHTS
    )
    said = {route: told_of(route) or _NOT_SAID for _, _, route in found}
    kinds = [
        Problem,
        *(kind for told in said.values() for kind in (told.answer, told.body) if kind not in {None, bytes}),
    ]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    of = dict(zip((_name(kind) for kind in kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for path, method, route in found:
        paths.setdefault(path, {})[method.lower()] = _operation(
            route, said[route], RIGHTS[method, path], of=of
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ketuk: registry",
            "version": "1.0.0",
            "description": "Places, institutions, readers, cards and agreements of a city. "
            "An operation says which roles may use it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {
                "Problem": {
                    "description": "What went wrong (RFC 9457).",
                    "content": {CONTENT_TYPE: {"schema": of[_name(Problem)]}},
                }
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-ketuk"},
            },
        },
    }


def _operation(route: web.AbstractRoute, told: Told, right: Right, *, of: dict[str, Any]) -> dict[str, Any]:
    writes = route.method in _WRITES
    headers = [
        {**_REASON, "required": right.personal},
        *([_REPEAT] if writes else []),
        *([_MATCH] if told.versioned else []),
    ]
    content = {_JSON: {"schema": of[_name(told.answer)]}}
    if told.table:
        content[CSV] = {"schema": {"type": "string"}}
    problems = {
        **_ALWAYS,
        **(_WRITING if writes else {}),
        **({412: "It has changed."} if told.versioned else {}),
    }
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": told.summary,
        "description": f"Roles: {', '.join(sorted(right.roles))}."
        + (f" Audit: `{right.event}`." if right.event else ""),
        "security": [] if right.open else [{"token": []}, {"session": []}],
        "parameters": [*_path_parameters(route), *_query_parameters(told), *headers],
        "responses": {
            "200": {"description": told.summary, "content": content},
            **{
                str(status): {"$ref": "#/components/responses/Problem", "description": words}
                for status, words in sorted(problems.items())
            },
        },
    }
    if told.body is not None:
        sent = (
            {CSV: {}}  # a text, which no schema of JSON describes
            if told.body is bytes
            else {_JSON: {"schema": of[_name(told.body)]}}
        )
        operation["requestBody"] = {"required": True, "content": sent}
    return operation


def _path_parameters(route: web.AbstractRoute) -> list[dict[str, Any]]:
    resource = route.resource
    pattern = None if resource is None else resource.get_info().get("pattern")
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{expression}$"},
        }
        for name, expression in _PARAMETER.findall("" if pattern is None else pattern.pattern)
    ]


def _query_parameters(told: Told) -> list[dict[str, Any]]:
    if told.query is None:
        return []
    [_], components = msgspec.json.schema_components([told.query], ref_template="#/components/schemas/{name}")
    own = components.pop(told.query.__name__)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in own.get("required", []),
            "schema": _in_a_query(schema, components),
        }
        for name, schema in own["properties"].items()
    ]


def _in_a_query(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Without null, which a query cannot say, and without references."""
    kept = [each for each in schema.get("anyOf", [schema]) if each != {"type": "null"}]
    [one] = kept
    if "$ref" in one:
        one = components[one["$ref"].rpartition("/")[2]]
    if "enum" in one:
        one = {**one, "enum": [each for each in one["enum"] if each is not None]}
    return {name: value for name, value in one.items() if name not in {"default", "title"}}


def _name(kind: object) -> str:
    return repr(kind)
