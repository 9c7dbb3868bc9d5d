"""The biodata text of EF 6FF1: 21 quoted fields, some of which no public source names."""

import csv

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
    if text is None:
        return {}
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return {}
    if len(rows) != 1 or len(rows[0]) != FIELDS:
        return {}
    return {name: rows[0][place] for place, name in NAMES.items()}
