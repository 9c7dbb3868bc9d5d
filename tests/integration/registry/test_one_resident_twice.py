"""One NIK twice in one request: the first line counts, and the second comes back."""

from uuid import uuid4

import pytest

from tests.integration.registry.case import Case

LINE = "{nik},{name},1990-01-01,P,33.72.04.1010,2011-09-01,,2012-05-01,,,,,,"


@pytest.mark.parametrize("second", ["SITI CONTOH", "TUTI CONTOH"], ids=["the same line", "another name"])
async def test_of_two_lines_for_one_nik_the_first_counts_and_the_second_is_refused(
    shared: Case, second: str
) -> None:
    nik = f"3372990101{uuid4().int % 10**6:06}"
    lines = "\n".join(LINE.format(nik=nik, name=name) for name in ("SITI CONTOH", second))
    first, again = [
        (await shared.ask("POST", "/v1/residents/import", raw=lines.encode())).body for _ in range(2)
    ]
    names = await shared.pool.fetch("SELECT name FROM residents WHERE nik = $1", nik)
    for said, new in ((first, 1), (again, 0)):
        assert (said["new"], said["changed"], said["unchanged"]) == (new, 0, 1 - new)
        assert [(each["row"], each["code"]) for each in said["refused"]] == [(1, "twice")]
    assert [each["name"] for each in names] == ["SITI CONTOH"]
