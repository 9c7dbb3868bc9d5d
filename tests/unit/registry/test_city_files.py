from dataclasses import dataclass
from datetime import date

import pytest

from registry.city_data.files import FILES, shipped
from registry.kit.csv_file import BadFile, read
from registry.places.places import Place, read_places
from registry.places.responsibility import read_responsibilities, responsible

CITY = shipped("3372")
HEADER = "code,name,kind,parent,valid_from,valid_to\n"


def faults(kind: str, text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as refused:
        FILES[kind].read(text if isinstance(text, bytes) else text.encode())
    return [(each.line, each.reason) for each in refused.value.bad]


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_is_shipped_for_the_first_city_and_can_be_read(name: str) -> None:
    assert FILES[name].read(CITY[name])


def test_what_a_file_names_is_in_the_files_before_it() -> None:
    places = {place.code for place in FILES["places"].read(CITY["places"]).values()}
    lots = {lot.lot for lot in FILES["lots"].read(CITY["lots"]).values()}
    institutions = FILES["institutions"].read(CITY["institutions"]).values()
    assert {each.place for each in institutions} <= places
    for known in FILES["inventory"].read(CITY["inventory"]).values():
        assert known.lot in lots
        assert known.place in places
        assert known.institution in {each.institution for each in institutions}


def test_the_centre_was_responsible_in_2012_and_2013_and_the_region_before_and_after() -> None:
    known = list(read_responsibilities(CITY["responsibilities"]).values())
    for day, who in [
        (date(2011, 12, 31), "region"),
        (date(2012, 1, 1), "centre"),
        (date(2013, 12, 31), "centre"),
        (date(2014, 1, 1), "region"),
        (date(2026, 11, 25), "region"),
    ]:
        assert responsible(known, day) == {"enrolment": who, "cards": who}, day


def test_two_cannot_be_responsible_on_one_day() -> None:
    text = "task,responsible,valid_from,valid_to\ncards,centre,2012-01-01,\ncards,region,2013-01-01,\n"
    assert faults("responsibilities", text) == [(3, "cards has somebody responsible then: line 2")]


def test_another_city_is_a_file_and_nothing_of_its_name_is_in_the_code() -> None:
    text = HEADER + "11.71,Kota Contoh,kota,,,\n11.71.01,Satu,kecamatan,11.71,,\n"
    assert list(read_places(text.encode()).values())[1] == Place(
        code="11.71.01", name="Satu", kind="kecamatan", parent="11.71"
    )


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("11,A,provinsi,11.01,,\n11.01,B,kota,11,,\n", "it lies within itself: 11 in 11.01 in 11"),
        ("11.01,B,kota,11.01,,\n", "it lies within itself: 11.01 in 11.01"),
        ("11.01,B,kota,12,,\n", "its parent 12 is not in the file"),
        ("11.01.01,B,kota,,,\n", "11.01.01 is no code of a kota"),
        (
            "11.01,B,kota,,,\n11.02.01,C,kecamatan,11.01,,\n",
            "its code does not begin with that of its parent",
        ),
        ("11.01,B,kota,,,\n11.01,C,kota,,,\n", "11.01 stands in line 2 already"),
        ("11.01,B,kota,,2020-01-01,2019-01-01\n", "it ends before it begins"),
        ("11.01,B,kota,,2020-01-01,\n11.01.01,C,kecamatan,11.01,,\n", "when its parent 11.01 is not"),
        ("11-01,B,kota,,,\n", "$.code"),
        ("11.01,B,town,,,\n", "$.kind"),
        ("11.01,B,kota,,2020-02-30,\n", "$.valid_from"),
        ("11.01,,kota,,,\n", "`name`"),
        ("11.01,B,kota,,,,more\n", "more cells than columns"),
        ('11.01,"B" C,kota,,,\n', "expected after"),
    ],
)
def test_a_bad_line_of_places_is_told_with_its_reason(lines: str, told: str) -> None:
    found = faults("places", HEADER + lines)
    assert any(told in reason and line in {2, 3} for line, reason in found), found


def test_every_bad_line_is_told_and_a_good_one_is_not() -> None:
    text = (
        HEADER + "11.01,B,kota,,,\n11.01.01,C,kecamatan,11.09,,\n11.01.02,D,kecamatan,11.01,,\nx,E,kota,,,\n"
    )
    with pytest.raises(BadFile, match="line 5: ") as refused:
        read_places(text.encode())
    assert [each.line for each in refused.value.bad] == [5]
    mended = text.replace("x,E,kota,,,\n", "11.01.03,E,desa,11.01,,\n")
    assert [line for line, _ in faults("places", mended)] == [3, 5]


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"", 1, "the column code is not there"),
        (b"kode,nama\n", 1, "no column is called 'kode'"),
        (b"code,code,name,kind\n", 1, "the column code is there twice"),
        (HEADER.encode() + b"11.01,\xff,kota,,,\n", 2, "not UTF-8"),
        (HEADER.encode() + b"\n11.01,\0,kota,,,\n", 3, "holds the character NUL"),
        (HEADER.encode() + b"11.01," + b"x" * 200_000 + b",kota,,,\n", 2, "field larger than field limit"),
        ((HEADER + "11.01,A,kota,,,\n").encode("utf-16"), 1, "not UTF-8"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_line(content: bytes, line: int, told: str) -> None:
    assert any(each == line and told in reason for each, reason in faults("places", content))


def test_a_byte_order_mark_and_other_line_ends_do_no_harm() -> None:
    text = "\ufeff" + (HEADER + "11.01,A,kota,,,\n").replace("\n", "\r\n")
    assert [place.code for place in read_places(text.encode()).values()] == ["11.01"]


def test_many_bad_lines_are_counted_where_they_are_not_told() -> None:
    with pytest.raises(BadFile, match="; and 150 more") as refused:
        read_places((HEADER + "x,A,kota,,,\n" * 250).encode())
    assert len(refused.value.bad) == 250


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("targets", "a,kelurahan,5,2014-02-01,2014-01-31,apbd,2014,\n", "was past on the day"),
        (
            "targets",
            "a,desa,5,2014-01-01,2014-06-30,apbd,2014,\nb,desa,4,2014-01-01,2014-12-31,apbd,2014,\n",
            "fewer places than a",
        ),
        ("targets", "a,kelurahan,0,2014-01-01,2014-01-31,apbd,2014,\n", "$.places"),
        ("duties", "se,SE,circus,2013-04-11,,2013-12-31,\n", "no kind of institution is called circus"),
        ("duties", "se,SE,bank,2013-04-11,,2012-12-31,\n", "due before it binds"),
        ("duties", "se,SE,bank,2013-04-11,2013-04-11,,\n", "ends before it begins"),
        ("duties", "se,SE,bank,2013-04-11,,,\nse,SE,bank,2014-04-11,,,\n", "stands in line 2 already"),
        ("lots", "x,gift,2014,1,,,\n", "$.funds"),
        ("lots", "x,apbd,2014,1,-5,,\n", "$.price"),
        ("inventory", "x,l,i,33.72.01,working,2014-01-01,\n", "for its gateway to say"),
        ("institutions", "a,A,bank,\na,B,bank,\n", "a stands in line 2 already"),
    ],
)
def test_a_bad_line_of_another_file_is_told(kind: str, text: str, told: str) -> None:
    header = CITY[kind].decode().splitlines()[0] + "\n"
    assert any(told in reason for _, reason in faults(kind, header + text))


@dataclass(frozen=True, kw_only=True)
class Row:
    needed: int
    other: str = "none"


def test_an_empty_cell_is_the_columns_default() -> None:
    rows = read(b"needed,other\n1,\n 2 , x \n\n3,\n", Row)
    assert rows == {2: Row(needed=1), 3: Row(needed=2, other="x"), 5: Row(needed=3)}
