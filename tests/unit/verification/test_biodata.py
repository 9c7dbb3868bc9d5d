import csv

from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.verification.given import BIODATA
from verification.rules.biodata import FIELDS, NAMES, attributes

PARTS = st.lists(st.sampled_from(['"', ",", '","', '""', "a", "\n", "\r", "\0", " ", "Ж"]), max_size=120)
FULL = st.lists(st.text(max_size=8), min_size=FIELDS - 1, max_size=FIELDS + 1)


def as_csv(text: str) -> dict[str, str]:
    """What the standard library reads."""
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return {}
    if len(rows) != 1 or len(rows[0]) != FIELDS:
        return {}
    return {name: rows[0][place] for place, name in NAMES.items()}


@given(PARTS.map("".join))
@example("")
@example('"' * 42)
@example('","' * 21)
@example('"a\nb"' + ',""' * 20)
@example('"",' * 20 + '" "" "')
def test_any_text_reads_as_the_standard_library_reads_it(text: str) -> None:
    assert attributes(text) == as_csv(text)


@given(FULL)
def test_any_fields_in_quotes_read_as_the_standard_library_reads_them(fields: list[str]) -> None:
    text = ",".join(f'"{field}"' for field in fields)
    assert attributes(text) == as_csv(text)


def test_names_stand_at_their_places() -> None:
    assert attributes(BIODATA)["nik"] == "3372994708850001"
    assert attributes(None) == {}
