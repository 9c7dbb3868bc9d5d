"""EF 6FF1: 21 quoted fields, separated by commas. Four of them are not named in any public source."""

from collections.abc import Sequence

FIELDS = 21
NIK, ADDRESS, RT, RW, BORN_AT, KECAMATAN, KELURAHAN, CITY = range(8)
SEX, BLOOD, RELIGION, MARRIED, WORK, NAME, BORN, PROVINCE = range(8, 16)
NATIONALITY = 19


def write(fields: Sequence[str]) -> bytes:
    """Returns the text of the file, UTF-8, without the length in front."""
    return ",".join(f'"{field}"' for field in fields).encode()
