from datetime import date

import pytest

from operations import resident_file
from registry.residents.residents_csv import COLUMNS, MENDING, REASONS, Places, Refused, read
from simulator import census

PLACES = Places(city="33.72", known={"33.72.04.1010"})
TODAY = date(2013, 8, 18)
GOOD = "3372990101900001,SITI CONTOH,1990-01-01,P,33.72.04.1010,2011-09-01,,2012-05-01,,,,,,"


def verdict(line: str | bytes) -> str:
    [found] = read([line if isinstance(line, bytes) else line.encode()], places=PLACES, today=TODAY)
    return found.code if isinstance(found, Refused) else "good"


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("SITI", "SITI", "good"),
        ("SITI CONTOH", '"CONTOH, SITI"', "good"),
        ("33.72.04.1010", "33.74.01.1001", "good"),
        (",,,,,,", ",,,,,,,7,reason", "good"),
        ("0001,", "0001", "columns"),
        ("0001,", "0001x,", "nik"),
        ("3372990101900001", "\u0663372990101900001", "nik"),
        ("SITI CONTOH", "", "name"),
        ("SITI CONTOH", "SITI\x00", "name"),
        ("SITI CONTOH", "S" * 201, "name"),
        ("SITI CONTOH", '"SITI', "quotes"),
        ("1990-01-01", "1990-02-30", "date"),
        ("1990-01-01", "19900101", "date"),
        ("1990-01-01", "0090-01-01", "date"),
        ("1990-01-01", "1990-W01-1", "date"),
        ("1990-01-01", "", "date"),
        ("1990-01-01", "2011-09-02", "order"),
        (",P,", ",X,", "sex"),
        ("33.72.04.1010", "33.72.04.1099", "place"),
        ("33.72.04.1010", "33.72.04", "place"),
        ("2012-05-01,", "2011-08-31,", "order"),
        ("2012-05-01,", ",2012-05-01", "order"),
        ("2012-05-01,", "2013-08-19,", "future"),
        ("2011-09-01,,", "2011-09-01,2011-09-01,", "order"),
    ],
)
def test_a_line_is_good_or_has_a_reason(was: str, becomes: str, code: str) -> None:
    assert was in GOOD
    assert verdict(GOOD.replace(was, becomes, 1)) == code


def test_a_line_that_is_no_utf8_is_refused() -> None:
    assert verdict(GOOD.replace("SITI", "SIÉ").encode("latin-1")) == "encoding"


def test_both_ends_and_the_simulator_mean_the_same_columns() -> None:
    assert COLUMNS == resident_file.COLUMNS == census.COLUMNS
    assert MENDING == resident_file.MENDING


def test_no_reason_holds_a_comma_and_each_is_in_both_languages() -> None:
    words = [*REASONS.values(), resident_file.TOO_LONG, resident_file.TWICE, resident_file.RETURN]
    assert all("," not in each and " / " in each for each in words)
