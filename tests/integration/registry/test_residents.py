"""Residents are imported by the command that operators run."""

import asyncio
import os
from pathlib import Path

import pytest

from simulator import census
from tests.integration.registry.case import Case, until

PLACES = ("33.72.04.1010", "33.72.05.1011", "33.74.01.1001")
RESIDENTS = 40_000
"""More than a few parts of a file: one that is cut short is so in the midst of it."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("city") / "city.csv"
    census.write(file, RESIDENTS, seed=1, places=PLACES)
    return file


@pytest.fixture
async def empty(shared: Case) -> Case:
    await shared.pool.execute("DELETE FROM residents")
    await shared.pool.execute("DELETE FROM enrolment_counts")
    return shared


async def imported(case: Case, file: Path) -> tuple[int, str]:
    code, _, said = await case.ketuk("residents", "import", str(file))
    return code, said.strip().splitlines()[-1]


async def table(case: Case) -> list[str]:
    rows = await case.pool.fetch("SELECT to_jsonb(r) - 'resident' AS row FROM residents AS r ORDER BY nik")
    return [row["row"] for row in rows]


async def test_importing_twice_changes_nothing_and_a_killed_import_ends_alike(
    empty: Case, city: Path
) -> None:
    process = await empty.start_ketuk("residents", "import", str(city))

    async def has_begun() -> bool:
        return bool(await empty.pool.fetchval("SELECT EXISTS (SELECT FROM residents)"))

    await until(has_begun, what="the first part of the file")
    process.kill()
    await process.communicate()
    assert await empty.pool.fetchval("SELECT count(*) FROM residents") < RESIDENTS
    code, _ = await imported(empty, city)
    whole = await table(empty)
    assert (code, len(whole)) == (0, RESIDENTS)
    assert await imported(empty, city) == (0, f"0 new, 0 changed, {RESIDENTS} unchanged, 0 refused")
    assert await table(empty) == whole


async def test_a_registry_that_goes_away_and_comes_back_has_all_of_it(case: Case, city: Path) -> None:
    await case.pool.execute("DELETE FROM residents")

    async def has_begun() -> bool:
        return bool(await case.pool.fetchval("SELECT EXISTS (SELECT FROM residents)"))

    async with case.running():
        process = await case.start_ketuk("residents", "import", str(city))
        await until(has_begun, what="the first part of the file")
    there = await case.pool.fetchval("SELECT count(*) FROM residents")
    async with case.running():
        await process.communicate()
    assert there < RESIDENTS
    assert (process.returncode, len(await table(case))) == (0, RESIDENTS)


async def test_two_imports_of_one_file_at_once_do_not_harm_each_other(empty: Case, city: Path) -> None:
    one, two = (
        await empty.start_ketuk("residents", "import", str(city)),
        await empty.start_ketuk("residents", "import", str(city)),
    )
    await asyncio.gather(one.communicate(), two.communicate())
    assert (one.returncode, two.returncode) == (0, 0)
    assert len(await table(empty)) == RESIDENTS


GOOD = "3372990101900001,SITI CONTOH,1990-01-01,P,33.72.04.1010,2011-09-01,,2012-05-01,,,,,,"


async def test_bad_lines_come_back_with_reasons_and_can_be_mended_and_imported(
    empty: Case, tmp_path: Path
) -> None:
    bad = [
        GOOD,
        GOOD,
        GOOD.replace("0001,", "0002,").replace("1990-01-01", "1990-02-30"),
        GOOD.replace("0001,", "0003,").replace("1010", "1099"),
        GOOD.replace("0001,", "000,"),
        GOOD.replace("0001,", "0005,") + ",x",
        GOOD.replace("0001,", "0006,").replace("SITI", "S" * 10_000_000),
        GOOD.replace("0001,", "0007,").replace("2012-05-01,,", "2012-05-01,2012-04-01,"),
        GOOD.replace("0001,", "0008,").replace("2012-05-01", "2999-05-01"),
    ]
    file = tmp_path / "bad.csv"
    lines = "\n".join([",".join(census.COLUMNS), *bad]).encode()
    no_text = GOOD.replace("0001,", "0009,").encode()[:30] + b"\xff\n"
    file.write_bytes(b"\xef\xbb\xbf" + lines + b"\n" + no_text)
    code, said = await imported(empty, file)
    refused = tmp_path / "bad.refused.csv"
    assert (code, said) == (3, f"1 new, 0 changed, 0 unchanged, 9 refused: {refused}")
    reasons = [line.rsplit(",", 2)[1:] for line in refused.read_text().splitlines()[1:]]
    assert [int(number) for number, _ in reasons] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert [reason.split(" / ")[1] for _, reason in reasons] == [
        "the NIK occurs twice in the file", "is no date that exists", "the place is unknown",
        "the NIK is not 16 digits", "has another number of columns", "the line is too long and was cut",
        "the dates are in an impossible order", "a step lies in the future", "is not UTF-8",
    ]  # fmt: skip
    mended = refused.read_text().replace("1990-02-30", "1990-02-28").splitlines()
    refused.write_text("\n".join([mended[0], mended[2]]))
    assert await imported(empty, refused) == (0, "1 new, 0 changed, 0 unchanged, 0 refused")


async def test_a_nik_is_not_given_to_another_and_nobody_goes_back(empty: Case, tmp_path: Path) -> None:
    file = tmp_path / "again.csv"

    async def again(line: str) -> tuple[int, str]:
        file.write_text(f"{','.join(census.COLUMNS)}\n{line}\n")
        code, said = await imported(empty, file)
        return code, said.split(":")[0]

    assert await again(GOOD) == (0, "1 new, 0 changed, 0 unchanged, 0 refused")
    other = GOOD.replace("SITI", "BUDI").replace("1990-01-01", "1991-01-01")
    assert await again(other) == (3, "0 new, 0 changed, 0 unchanged, 1 refused")
    assert await again(GOOD.replace("2012-05-01", "")) == (3, "0 new, 0 changed, 0 unchanged, 1 refused")
    assert await again(GOOD.replace("SITI", "SITTI")) == (0, "0 new, 1 changed, 0 unchanged, 0 refused")


async def test_one_who_is_known_among_many_who_are_new_is_found(empty: Case, tmp_path: Path) -> None:
    file = tmp_path / "city.csv"
    header, *lines = [",".join(census.COLUMNS), *(GOOD.replace("0001,", f"{n:04},") for n in range(300))]
    # the second: not among the few that are looked for first
    file.write_text("\n".join([header, lines[1]]))
    assert await imported(empty, file) == (0, "1 new, 0 changed, 0 unchanged, 0 refused")
    file.write_text("\n".join([header, *lines]))
    assert await imported(empty, file) == (0, "299 new, 0 changed, 1 unchanged, 0 refused")
    file.write_text("\n".join([header, *lines, GOOD.replace("0001,", "0300,")]).replace("SITI", "SITTI"))
    assert await imported(empty, file) == (0, "1 new, 300 changed, 0 unchanged, 0 refused")
    assert len(await table(empty)) == 301


@pytest.mark.parametrize(
    "header", [b"nik;name;born", ",".join(census.COLUMNS).encode("utf-16"), b"", b"\x00" * 10_000_000]
)
async def test_a_file_of_another_kind_is_refused_as_a_whole(
    empty: Case, tmp_path: Path, header: bytes
) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(header + b"\n" + GOOD.encode())
    code, _ = await imported(empty, file)
    assert code == 2
    assert os.listdir(tmp_path) == ["other.csv"]  # noqa: PTH208  nothing is left beside it


async def test_a_name_is_stored_as_it_stands_in_the_line(empty: Case, tmp_path: Path) -> None:
    written = ['"CONTOH, ""SITI"" \\N"', "\\.", "NULL", "JOSÉ 山 ", "'--", '"POLOS"']
    rest = "1990-01-01,P,33.72.04.1010,2011-09-01,,2012-05-01,,,,,,"
    file = tmp_path / "city.csv"
    lines = [f"337299010190000{number},{name},{rest}" for number, name in enumerate(written, start=1)]
    file.write_text("\n".join([",".join(census.COLUMNS), *lines]), encoding="utf-8")
    assert await imported(empty, file) == (0, "6 new, 0 changed, 0 unchanged, 0 refused")
    rows = await empty.pool.fetch("SELECT name, obliged_until, recorded::text FROM residents ORDER BY nik")
    assert [row["name"] for row in rows] == ['CONTOH, "SITI" \\N', "\\.", "NULL", "JOSÉ 山 ", "'--", "POLOS"]
    assert {(row["obliged_until"], row["recorded"]) for row in rows} == {(None, "2012-05-01")}
    # again, read and not only written: it is what is there
    assert await imported(empty, file) == (0, "0 new, 0 changed, 6 unchanged, 0 refused")


async def test_a_line_with_columns_for_mending_is_stored_without_them(empty: Case, tmp_path: Path) -> None:
    line = "3372990101900001,SITI CONTOH,1990-01-01,P,33.72.04.1010,2011-09-01,,2012-05-01,,,,,,,7,reason"
    file = tmp_path / "city.csv"
    file.write_text(f"{','.join((*census.COLUMNS, 'line', 'reason'))}\n{line}\n", encoding="utf-8")
    assert await imported(empty, file) == (0, "1 new, 0 changed, 0 unchanged, 0 refused")
    assert await empty.pool.fetchval("SELECT name FROM residents") == "SITI CONTOH"
