"""The enrolment report, over residents that came through the API."""

from typing import Any

import pytest

from simulator import census
from tests.integration.registry.case import Case

ELSEWHERE, JEBRES = "33.74.01.1001", "33.72.04.1010"


async def report(case: Case, day: str) -> dict[str, Any]:
    found: dict[str, Any] = await case.done("GET", f"/v1/reports/enrolment?as-of={day}")
    return found


async def test_the_report_is_what_counting_the_residents_one_by_one_gives(shared: Case) -> None:
    await shared.pool.execute("DELETE FROM residents")
    await shared.pool.execute("DELETE FROM enrolment_counts")
    rows = list(census.rows(4_000, seed=3, places=[JEBRES, ELSEWHERE]))
    earlier = [[*row[:7], row[7], *[""] * 6] for row in rows]
    for lines in (earlier, rows):
        text = "\n".join(",".join(row) for row in lines)
        assert (await shared.ask("POST", "/v1/residents/import", raw=text.encode())).body["refused"] == []
        await report(shared, "2013-08-18")
    for day in ("2012-06-30", "2012-12-31", "2013-08-17", "2013-08-18"):
        found = await report(shared, day)
        for place, shown in ((JEBRES, JEBRES), (ELSEWHERE, "elsewhere")):
            [line] = [each for each in found["places"] if each["place"] == shown]
            mine = [row for row in rows if row[4] == place]
            reached = {
                step: sum("" < row[7 + at] <= day for row in mine)
                for at, step in enumerate(census.COLUMNS[7:])
            }
            assert line["reached"] == reached
            assert (line["obliged"], line["not_recorded"]) == (len(mine), len(mine) - reached["recorded"])


async def test_the_figures_of_the_article_come_back_beside_the_counts(shared: Case) -> None:
    then = {each["measure"]: each for each in (await report(shared, "2013-08-18"))["reported"]}
    before = {each["measure"]: each for each in (await report(shared, "2012-12-31"))["reported"]}
    assert then["recorded"]["people"] == census.RECORDED == 365_736
    assert then["target"]["people"] == 350_000
    assert (then["not_recorded"]["people"], then["not_recorded"]["about"]) == (50_000, True)
    assert (then["obliged"]["people"], then["obliged"]["about"]) == (census.RESIDENTS, True)
    assert before["not_recorded"]["people"] == 94_000
    assert before["not_recorded"]["derived_from"] == [
        "not_recorded@2013-07-31", "fewer_since_2012@2013-07-31",
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["as-of=2013-02-30", "as-of=1999-12-31", "as-of=", "asof=2013-01-01"])
async def test_a_day_that_is_none_is_refused(shared: Case, query: str) -> None:
    assert (await shared.ask("GET", f"/v1/reports/enrolment?{query}")).status == 422
