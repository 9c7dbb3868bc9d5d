"""A city in the middle of its roll-out: real places and targets, invented readers and residents."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from registry.chip_health.finding import ChipFinding, Finding
from registry.chip_health.store import findings as chip_findings
from simulator import census
from tests.integration.registry.case import Case, Json

DAY = date(2014, 9, 30)
LOT = "apbd-2014"
_PART = 5_000
_AFTER_INSTALLED = ("working", "working", "working", "silent", "approved", "installed")
_REACHED = (
    *(["installed"] * 33),
    *(["delivered"] * 5),
    *(["ordered"] * 4),
    *(["broken"] * 2),
)
"""How far the readers of kelurahan came; the others have none."""
_CHIPS = (
    *([Finding.ALIVE] * 22),
    Finding.DAMAGED,
    Finding.DAMAGED,
    Finding.DEAD,
    Finding.SILENT,
    Finding.UNDECIDED,
)


async def furnish(case: Case, *, residents: int) -> None:
    """Do it once; the registry runs. Seen from `DAY` on, and nothing of it in 2013."""
    if any(each["lot"] == LOT for each in await case.done("GET", "/v1/lots")):
        return
    chance = Random(7)  # noqa: S311  nothing secret
    places = await case.done("GET", f"/v1/reports/places?as-of={DAY}")
    codes = [each["place"] for each in await _kelurahan(case)]
    assert len(codes) == 51
    await case.done("PUT", f"/v1/lots/{LOT}", {"funds": "apbd", "year": 2014, "count": len(codes)})
    await _readers(case, chance)
    await _chips(case, chance, [each["code"] for each in places["places"] if each["kind"] == "kecamatan"])
    await _residents(case, codes, residents)


async def _kelurahan(case: Case) -> list[Json]:
    found = await case.done("GET", f"/v1/reports/roll-out?as-of={DAY}")
    return [each for each in found["places"] if each["kind"] == "kelurahan"]


async def _readers(case: Case, chance: Random) -> None:
    institutions = {each["place"]: each["institution"] for each in await case.done("GET", "/v1/institutions")}
    places = [each["place"] for each in await _kelurahan(case)]
    chance.shuffle(places)
    for number, (place, reached) in enumerate(zip(places, _REACHED, strict=False)):
        day = date(2014, 2, 3) + timedelta(days=7 * (number // 2))
        name = f"{LOT}-{number + 1}"
        ordered = {"lot": LOT, "institution": institutions[place], "place": place, "day": f"{day}"}
        await case.done("PUT", f"/v1/inventory/{name}", ordered)
        steps = {
            "ordered": [],
            "delivered": ["delivered"],
            "installed": ["delivered", "installed"],
            "broken": ["delivered", "installed", "broken"],
        }[reached]
        for step in steps:
            day += timedelta(days=9)
            await case.done("POST", f"/v1/inventory/{name}/{step}", {"day": f"{day}"})
        after = chance.choice(_AFTER_INSTALLED)
        if reached == "installed" and after != "installed":
            await _hear_of(case, name, after, day + timedelta(days=2))
    for number, kecamatan in enumerate(("laweyan", "serengan", "jebres")):
        await _hear_of(case, f"kecamatan-{kecamatan}-1", "working", date(2014, 1, 6 + number))


async def _hear_of(case: Case, number: str, state: str, day: date) -> None:
    """As a gateway's beats would: no gateway of these tests beats in 2014."""
    since = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    await case.pool.execute(
        """
        WITH life AS (
            UPDATE reader_lives
            SET (state, since, gateway, reader, version) = ($2, $3, number, 'loket-1', version + 1)
            WHERE number = $1 RETURNING *
        )
        INSERT INTO reader_history
            (number, version, institution, place, gateway, reader, state, since, because)
        SELECT number, version, institution, place, gateway, reader, state, since, '' FROM life
        """,
        number,
        state,
        since,
    )
    if state != "approved":
        await case.pool.execute(
            "INSERT INTO reader_taps (gateway, reader, day, taps, last) VALUES ($1, 'loket-1', $2, 12, $3)",
            number,
            DAY - timedelta(days=3),
            datetime(2014, 9, 27, 4, tzinfo=UTC),
        )


async def _chips(case: Case, chance: Random, places: Sequence[str]) -> None:
    found = []
    for number in range(400):
        judged = datetime(2013, 3, 1, 3, tzinfo=UTC) + timedelta(days=number)
        finding = chance.choice(_CHIPS)
        place = chance.choice(places)
        cause = chance.choice(("unknown", "photocopied", "photocopied", "stapled", "heat"))
        after = number > 0 and cause == "photocopied" and chance.random() < 0.4
        found.append(
            ChipFinding(
                gateway="loket-kecamatan",
                tap=UUID(int=number + 1),
                reader=f"loket-{places.index(place) + 1}",
                place=place,
                began=judged,
                judged=judged,
                finding=finding,
                damaged=("6FF2",) if finding is Finding.DAMAGED else (),
                card_ref=None,
                cause=cause,
                before=UUID(int=number) if after else None,
            )
        )
    async with case.pool.acquire() as connection:
        await chip_findings.add(connection, found)


async def _residents(case: Case, places: Sequence[str], count: int) -> None:
    lines: list[str] = []
    for number, row in enumerate(census.rows(count, seed=5, places=places), start=1):
        lines.append(",".join(row))
        if number % _PART == 0 or number == count:
            sent = await case.ask("POST", "/v1/residents/import", raw="\n".join(lines).encode())
            assert (sent.status, sent.body["refused"]) == (200, [])
            lines.clear()
    # who asks first waits until all are counted
    await case.done("GET", f"/v1/reports/enrolment?as-of={DAY}")
