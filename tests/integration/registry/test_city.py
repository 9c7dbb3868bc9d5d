"""The reports on the city, and its files, on the real database: the article's figures come out exactly."""

import asyncio
import csv
from datetime import date, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from msgspec.structs import replace as replaced

from dev.contract.examples import examples
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.taps import TapJudged
from registry.kit import local_dates as days
from tests.integration.registry.case import Answer, Case, Json, until
from tests.integration.registry.speaking import GATEWAY, beat, say, speaking

ARTICLE = "2013-08-18"
JEBRES = "33.72.04.1010"
_EXAMPLE = examples()[TAP_JUDGED].data
assert isinstance(_EXAMPLE, TapJudged)
ASKED = _EXAMPLE.asked


async def report(case: Case, name: str, day: str = ARTICLE) -> Json:
    return await case.done("GET", f"/v1/reports/{name}?as-of={day}")


def of_kind(found: Json, kind: str) -> Json:
    return next(each for each in found["kinds"] if each["kind"] == kind)


async def as_table(case: Case, path: str) -> list[dict[str, str]]:
    headers = {
        "Authorization": f"Bearer {case.settings.api_token.get_secret_value()}",
        "Accept": "text/csv",
    }
    async with case.http.get(path, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/csv")
        return list(csv.DictReader(StringIO(await answer.text())))


async def send(case: Case, name: str, text: str) -> Answer:
    return await case.ask("POST", f"/v1/city/{name}", raw=text.encode())


async def test_the_articles_roll_out_comes_back_exactly(shared: Case) -> None:
    found = await report(shared, "roll-out")
    kelurahan, kecamatan = of_kind(found, "kelurahan"), of_kind(found, "kecamatan")
    assert (kelurahan["target"], kelurahan["equipped"], kelurahan["missing"]) == (51, 0, 51)
    assert (kelurahan["funds"], kelurahan["funds_year"], kelurahan["due"]) == ("apbd", 2014, "2014-12-31")
    assert (kecamatan["target"], kecamatan["equipped"], kecamatan["missing"]) == (5, 5, 0)
    assert (kecamatan["funds"], kecamatan["funds_year"]) == ("centre", 2012)
    without = [each for each in found["places"] if not each["equipped"]]
    assert len(without) == 51
    assert {(each["kind"], each["state"], each["funds"]) for each in without} == {
        ("kelurahan", "none", "apbd")
    }
    equipped = {each["name"] for each in found["places"] if each["equipped"]}
    assert equipped == {"Pasar Kliwon", "Jebres", "Serengan", "Laweyan", "Banjarsari"}


async def test_the_articles_places_and_who_is_responsible_come_back_as_of_each_day(shared: Case) -> None:
    counts = {}
    for day in (ARTICLE, "2018-12-31", "2019-01-01"):
        found = await report(shared, "places", day)
        counts[day] = sum(each["kind"] == "kelurahan" for each in found["places"])
    responsible = {
        day: (await report(shared, "places", day))["responsible"]["cards"]
        for day in ("2011-06-01", ARTICLE, "2014-01-01")
    }
    assert counts == {ARTICLE: 51, "2018-12-31": 51, "2019-01-01": 54}
    assert responsible == {"2011-06-01": "region", ARTICLE: "centre", "2014-01-01": "region"}


async def test_the_kecamatan_own_readers_in_2013_and_use_none_so_they_do_not_comply(shared: Case) -> None:
    found = await report(shared, "compliance")
    late = await report(shared, "compliance", "2015-01-01")
    kecamatan, kelurahan = of_kind(found, "kecamatan"), of_kind(found, "kelurahan")
    assert (kecamatan["institutions"], kecamatan["unused"], kecamatan["late"]) == (5, 5, 0)
    assert (kelurahan["due"], kelurahan["none"] >= 51) == ("2014-12-31", True)
    assert of_kind(late, "kecamatan")["late"] == 5
    mojo = [each for each in late["institutions"] if each["institution"] == "kelurahan-mojo"]
    assert mojo == [], "it was not there yet"


async def test_an_institution_complies_while_its_reader_is_approved_and_tapped_within_30_days(
    shared: Case,
) -> None:
    name, reader = f"bumn-{uuid4().hex[:8]}", f"loket-{uuid4().hex[:8]}"
    today = days.today()

    async def state(day: date) -> Json:
        found = await report(shared, "compliance", day.isoformat())
        return next(each for each in found["institutions"] if each["institution"] == name)

    async def tapped() -> bool:
        return bool(await shared.pool.fetchval("SELECT true FROM reader_taps WHERE reader = $1", reader))

    async def is_used() -> bool:
        return bool((await state(today + timedelta(days=1)))["state"] == "in-use")

    await shared.done("PUT", f"/v1/institutions/{name}", {"name": "Contoh", "kind": "bumn"})
    assert (await state(today))["state"] == "none"
    await shared.done("PUT", f"/v1/lots/{name}", {"funds": "own", "year": 2014, "count": 1})
    ordered = {"lot": name, "institution": name, "place": JEBRES, "day": "2014-01-10"}
    await shared.done("PUT", f"/v1/inventory/{name}", ordered)
    assert (await state(date(2014, 1, 10)))["state"] == "on-order"
    await shared.done("POST", f"/v1/inventory/{name}/delivered", {"day": "2014-02-01"})
    assert (await state(date(2014, 1, 31)))["state"] == "on-order"
    owned = await state(date(2014, 2, 1))
    assert (owned["state"], owned["days_late"], owned["due"]) == ("unused", 32, "2013-12-31")
    connected = {"connected": f"{GATEWAY}/{reader}"}
    await shared.done("POST", f"/v1/inventory/{name}/installed", connected)
    async with speaking(shared) as channel:
        # from here on the gateway is the institution's own, and not approved yet
        described = {**shared.described(name), "place": "33.72.04.1011"}
        await shared.done("PUT", f"/v1/gateways/{GATEWAY}", described)
        asked = replaced(ASKED, gateway=GATEWAY, reader=reader)
        await shared.judge(shared.verdict(GATEWAY, person=None, asked=asked))
        await until(tapped, what="the tap is counted")
        assert (await state(today + timedelta(days=1)))["state"] == "unused"
        await shared.done("POST", f"/v1/gateways/{GATEWAY}/approve")
        await say(shared, channel, beat(reader))
        await until(is_used, what="the institution uses its reader")
    used = await state(today + timedelta(days=1))
    assert (used["state"], used["taps_in_30_days"], used["days_late"]) == ("in-use", 1, 0)
    day = date.fromisoformat(used["last_tap"][:10])
    assert (await state(day + timedelta(days=28)))["state"] == "in-use"
    forgotten = await state(day + timedelta(days=32))
    assert (forgotten["state"], forgotten["days_late"] > 4000) == ("unused", True)
    rows = await as_table(shared, "/v1/reports/compliance")
    assert {"institution", "state", "due", "days_late", "bases"} <= set(rows[0])
    assert next(row for row in rows if row["institution"] == name)["kind"] == "bumn"


async def test_a_kelurahan_that_gets_a_reader_is_off_the_list_and_back_on_it_when_that_breaks(
    shared: Case,
) -> None:
    name, place, kelurahan = f"apbd-{uuid4().hex[:8]}", "33.72.01.1003", "kelurahan-bumi"

    async def line(day: str) -> Json:
        found = await report(shared, "roll-out", day)
        return next(each for each in found["places"] if each["place"] == place)

    await shared.done("PUT", f"/v1/lots/{name}", {"funds": "apbd", "year": 2014, "count": 51})
    ordered = {"lot": name, "institution": kelurahan, "place": place, "day": "2014-02-01"}
    await shared.done("PUT", f"/v1/inventory/{name}", ordered)
    for step, day in [("delivered", "2014-03-01"), ("installed", "2014-04-01"), ("broken", "2015-02-01")]:
        await shared.done("POST", f"/v1/inventory/{name}/{step}", {"day": day})
    seen = [await line(day) for day in ("2014-02-01", "2014-03-31", "2014-04-01", "2015-02-01")]
    curve = of_kind(await report(shared, "roll-out", "2014-04-15"), "kelurahan")
    rows = await as_table(shared, "/v1/reports/roll-out?as-of=2014-04-01")
    assert [(each["state"], each["equipped"]) for each in seen] == [
        ("ordered", False),
        ("delivered", False),
        ("installed", True),
        ("broken", False),
    ]
    assert [each["funds"] for each in seen] == ["apbd", "apbd", None, "apbd"]
    assert seen[3]["days_late"] == 32
    assert curve["actual"] == [{"day": "2014-04-01", "places": 1}]
    assert curve["forecast"] is None
    assert next(row for row in rows if row["place"] == place)["state"] == "installed"


async def test_readers_of_another_kind_of_institution_do_not_equip_a_kelurahan(shared: Case) -> None:
    name, place = f"bank-{uuid4().hex[:8]}", "33.72.01.1004"
    await shared.done("PUT", f"/v1/institutions/{name}", {"name": "Contoh", "kind": "bank"})
    await shared.done("PUT", f"/v1/lots/{name}", {"funds": "own", "year": 2014, "count": 1})
    ordered = {"lot": name, "institution": name, "place": place, "day": "2014-02-01"}
    await shared.done("PUT", f"/v1/inventory/{name}", ordered)
    for step in ("delivered", "installed"):
        await shared.done("POST", f"/v1/inventory/{name}/{step}", {"day": "2014-03-01"})
    found = await report(shared, "roll-out", "2014-04-01")
    line = next(each for each in found["places"] if each["place"] == place)
    assert (line["state"], line["equipped"]) == ("none", False)


TARGETS = "target,kind,places,set_on,due,funds,funds_year,source\n"
PLACES = "code,name,kind,parent,valid_from,valid_to\n"


async def test_another_citys_places_are_imported_and_an_import_again_changes_nothing(shared: Case) -> None:
    text = f"{PLACES}11.71,Kota Contoh,kota,,,\n11.71.01,Satu,kecamatan,11.71,,\n"
    before = await shared.done("GET", "/v1/places")
    for _ in range(2):
        assert (await send(shared, "places", text)).body == {"file": "places", "lines": 2}
    after = await shared.done("GET", "/v1/places")
    await shared.pool.execute("DELETE FROM places WHERE code LIKE '11.%'")
    added = {"11.71", "11.71.01"}
    assert {each["code"] for each in after} - {each["code"] for each in before} <= added
    assert added <= {each["code"] for each in after}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("places", f"{PLACES}11,A,provinsi,11.01,,\n11.01,B,kota,11,,\n", "line 2: it lies within itself"),
        ("places", f"{PLACES}11.71,A,kota,,,\nx,B,kota,,,\n", "line 3: "),
        ("institutions", "institution,name,kind,place\na,A,bank,99.99\n", "line 2: there is no place 99.99"),
        (
            "inventory",
            "number,lot,institution,place,state,day\na,no,kecamatan-jebres,33.72.04,installed,2014-01-01\n",
            "line 2: there is no lot no",
        ),
        (
            "targets",
            "target,kind,places,set_on,due,funds,funds_year\na,desa,1,2014-02-01,2014-01-01,own,2014\n",
            "past",
        ),
        ("duties", "basis\n", "line 1: the column reference is not there"),
    ],
)
async def test_of_a_file_with_a_bad_line_nothing_is_taken_and_the_line_is_told(
    shared: Case, name: str, text: str, told: str
) -> None:
    before = [await shared.done("GET", f"/v1/{each}") for each in ("places", "duties", "institutions")]
    answer = await send(shared, name, text)
    after = [await shared.done("GET", f"/v1/{each}") for each in ("places", "duties", "institutions")]
    assert (answer.status, answer.kind) == (422, "application/problem+json")
    assert told in answer.body["detail"]
    assert after == before


async def test_of_two_imports_at_once_one_comes_after_the_other_and_neither_is_mixed_in(shared: Case) -> None:
    header = "task,responsible,valid_from,valid_to,source\n"
    files = [f"{header}enrolment,{who},,,\ncards,{who},,,\n" for who in ("centre", "region")]
    for _ in range(5):
        answers = await asyncio.gather(*(send(shared, "responsibilities", text) for text in files * 3))
        assert {each.status for each in answers} == {200}
        rows = await shared.pool.fetch("SELECT task, responsible FROM responsibilities")
        assert sorted(row["task"] for row in rows) == ["cards", "enrolment"]
        assert len({row["responsible"] for row in rows}) == 1
    await shared.pool.execute("DELETE FROM loaded_files WHERE file = 'responsibilities'")


async def test_the_lot_that_the_centre_bought_in_2012_is_there_with_its_five_readers(shared: Case) -> None:
    lots = await shared.done("GET", "/v1/lots")
    found = next(each for each in lots if each["lot"] == "centre-2012")
    assert (found["funds"], found["year"], found["count"]) == ("centre", 2012, 5)
    assert (found["ordered"], found["standing"], found["price"], found["supplier"]) == (5, 5, None, None)


async def test_what_was_imported_stands_when_the_registry_starts_again(case: Case) -> None:
    own = f"{TARGETS}all,kelurahan,54,2020-01-01,2020-12-31,apbd,2020,\n"
    async with case.running():
        shipped = await report(case, "roll-out")
        assert (await send(case, "targets", own)).status == 200
    async with case.running():
        found = of_kind(await report(case, "roll-out", "2020-06-01"), "kelurahan")
    await case.pool.execute("DELETE FROM loaded_files WHERE file = 'targets'")
    async with case.running():
        assert await report(case, "roll-out") == shipped
    assert (found["target"], found["funds_year"]) == (54, 2020)


@pytest.mark.parametrize("name", ["places", "compliance", "roll-out", "readers"])
async def test_a_day_that_is_none_is_refused(shared: Case, name: str) -> None:
    for query in ("as-of=2013-02-30", "as-of=1812-01-01", "as-of=9999-12-31", "as-off=2013-08-18"):
        answer = await shared.ask("GET", f"/v1/reports/{name}?{query}")
        assert (query, answer.status) == (query, 422)
    assert (await shared.done("GET", f"/v1/reports/{name}"))["as-of"] >= "2026"
