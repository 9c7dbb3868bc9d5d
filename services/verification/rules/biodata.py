"""The biodata text of EF 6FF1: 21 quoted fields, some of which no public source names."""

import csv
from collections.abc import Sequence

FIELDS = 21
NAMES = {
    0: "nik",
    1: "address",
    2: "rt",
    3: "rw",
    4: "born_at",
    5: "kecamatan",
    6: "kelurahan",
    7: "city",
    8: "sex",
    9: "blood",
    10: "religion",
    11: "marital_status",
    12: "occupation",
    13: "name",
    14: "born",
    15: "province",
    19: "nationality",
}


def attributes(text: str | None) -> dict[str, str]:
    """The named fields; nothing where the text is not of 21 fields."""
    fields = () if text is None else _plain(text) or _quoted(text)
    return {name: fields[place] for place, name in NAMES.items()} if len(fields) == FIELDS else {}


def _plain(text: str) -> Sequence[str]:
    """The fields where no quote stands within one, which nearly all texts are; else nothing."""
    if text.count('"') != 2 * FIELDS or text[0] != '"' or text[-1] != '"':
        return ()
    fields = text[1:-1].split('","')
    return fields if len(fields) == FIELDS else ()


def _quoted(text: str) -> Sequence[str]:
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return ()
    return rows[0] if len(rows) == 1 else ()
