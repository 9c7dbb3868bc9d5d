import re
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
INVENTED = "337299"
"""Kecamatan 33.72.99 does not exist, so that a NIK of it is nobody's."""
DAY, MONTH = rb"(?:[04][1-9]|[1256][0-9]|[37][01])", rb"(?:0[1-9]|1[0-2])"
"""The day of birth, of women with 40 added; other sixteen digits are no NIK."""
NIK = re.compile(rb"(?<![0-9A-Za-z])[0-9]{6}" + DAY + MONTH + rb"[0-9]{6}(?![0-9A-Za-z])")


def test_no_number_in_the_repository_could_be_the_nik_of_a_person() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True)  # noqa: S607  git, wherever it is
    files = [CHECKOUT / name for name in listed.stdout.decode().split("\0") if name]
    assert len(files) > 100
    found = [
        (path.name, nik.decode())
        for path in files
        if path.is_file()
        for nik in NIK.findall(path.read_bytes())
        if not nik.decode().startswith(INVENTED)
    ]
    assert found == []
