"""Reports as tables: the lines of any report, written as CSV in one way."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from io import StringIO
from typing import Any, Literal, TypeAlias

import msgspec
from aiohttp import web
from msgspec import Struct

from registry.kit.errors import Unfit

CSV = "text/csv"
Tables: TypeAlias = Mapping[str, tuple[type, Sequence[Any]]]
"""By name, the kind of its lines and the lines; the first is the one that is meant where none is named."""


class TableQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a report is wanted."""

    format: Literal["json", "csv"] | None = None
    """`csv` asks for a table, as `Accept: text/csv` does."""
    table: str | None = None
    """Which one, where the report has several."""


def wants_table(request: web.Request) -> bool:
    """Whether the client asked for CSV."""
    written = request.query.get("format")
    return written == "csv" or (written is None and CSV in request.headers.get("Accept", ""))


def one_table(request: web.Request, tables: Tables) -> web.Response:
    """The table that is asked for. Raises Unfit where the report has no such one."""
    name = request.query.get("table", next(iter(tables)))
    if name not in tables:
        raise Unfit(f"`table` is one of {', '.join(tables)}")
    return table(*tables[name])


def table(kind: type, lines: Iterable[Any]) -> web.Response:
    """Lines of one dataclass or Struct as CSV, with a header even where there are none.

    Names and values are those of JSON; what lies deeper has the names of all that it lies in, with dots.
    """
    rows = [_flat(msgspec.to_builtins(line)) for line in lines]
    names = _columns(rows) if rows else _names(kind)
    written = StringIO()
    sheet = csv.writer(written)
    sheet.writerow(names)
    sheet.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return web.Response(text=written.getvalue(), content_type=CSV)


def _flat(line: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in line.items():
        row |= _flat(value, f"{within}{name}.") if isinstance(value, dict) else {within + name: value}
    return row


def _columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every column in its order; what is nothing in one line and has parts in another is its parts."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [name for name in names if not any(other.startswith(f"{name}.") for other in names)]


def _names(kind: type) -> Sequence[str]:
    if issubclass(kind, Struct):
        return kind.__struct_encode_fields__
    return [each.name for each in fields(kind)] if is_dataclass(kind) else []


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
