import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from aiohttp.test_utils import make_mocked_request
from msgspec import Struct

from registry.kit.errors import Unfit
from registry.web.csv_tables import Tables, one_table, table, wants_table


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    share: float
    of: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    name: str
    since: datetime | None = None
    is_so: bool = False
    share: Share | None = None
    steps: tuple[str, ...] = ()


class Renamed(Struct, frozen=True, kw_only=True, rename={"day": "as-of"}):
    day: date


def read(text: str | None) -> list[list[str]]:
    assert text is not None
    return list(csv.reader(StringIO(text)))


def test_names_and_values_are_those_of_json_and_what_lies_deeper_has_dots() -> None:
    since = datetime(2014, 9, 30, 3, tzinfo=UTC)
    lines = [Line(name="Bumi, 1"), Line(name='"', since=since, is_so=True, share=Share(share=0.5, of=2))]
    assert read(table(Line, lines).text) == [
        ["name", "since", "is_so", "steps", "share.share", "share.of"],
        ["Bumi, 1", "", "false", "", "", ""],
        ['"', "2014-09-30T03:00:00Z", "true", "", "0.5", "2"],
    ]


def test_a_list_is_one_cell() -> None:
    (_, [*_, steps]) = read(table(Line, [Line(name="x", steps=("a", "b"))]).text)
    assert steps == "a; b"


def test_a_table_without_lines_has_its_header() -> None:
    assert read(table(Line, []).text) == [["name", "since", "is_so", "share", "steps"]]
    assert read(table(Renamed, []).text) == [["as-of"]]


@pytest.mark.parametrize(
    ("path", "accept", "is_table"),
    [
        ("/", "application/json", False),
        ("/", "text/csv", True),
        ("/?format=csv", "application/json", True),
        ("/?format=json", "text/csv", False),
    ],
)
def test_a_table_is_asked_for_by_header_or_address(path: str, accept: str, *, is_table: bool) -> None:
    assert wants_table(make_mocked_request("GET", path, headers={"Accept": accept})) is is_table


def test_the_first_table_is_meant_where_none_is_named_and_an_unknown_one_is_refused() -> None:
    tables: Tables = {"lines": (Line, [Line(name="x")]), "days": (Renamed, [Renamed(day=date(2014, 1, 2))])}
    assert read(one_table(make_mocked_request("GET", "/"), tables).text)[1][0] == "x"
    assert read(one_table(make_mocked_request("GET", "/?table=days"), tables).text)[1] == ["2014-01-02"]
    with pytest.raises(Unfit, match="lines, days"):
        one_table(make_mocked_request("GET", "/?table=other"), tables)
