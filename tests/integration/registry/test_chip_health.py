"""The chip-health report on the real broker and database."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace as replaced

from dev.contract.examples import examples
from ketuk_events.asked import Asked
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import Wire
from ketuk_events.evidence import ChipNote
from ketuk_events.names import to_timestamp
from ketuk_events.outcomes import Check, reason
from ketuk_events.taps import CheckResult, TapJudged
from tests.integration.registry.case import Case, Json, until

REPORT = "/v1/reports/chip-health"
_EXAMPLE = examples()[TAP_JUDGED].data
assert isinstance(_EXAMPLE, TapJudged)
ASKED: Asked = _EXAMPLE.asked
ALIVE = ((Check.CHIP_ANSWERS, "ok", ""), (Check.CHIP_READABLE, "ok", ""))
DEAD = ((Check.CHIP_ANSWERS, "no-answer", ""),)
SILENT = ((Check.CHIP_ANSWERS, "reader-unproven", ""),)


def damaged(files: str = "6FF2") -> tuple[tuple[Check, str, str], ...]:
    return (Check.CHIP_ANSWERS, "ok", ""), (Check.CHIP_READABLE, "file-damaged", files)


def card() -> str:
    return uuid4().hex * 2


@dataclass
class City:
    """Gateways of one test, in a year of its own, so that no other test's taps are counted."""

    case: Case
    now: datetime
    taps: int = 0

    def tap(
        self,
        gateway: str,
        found: tuple[tuple[Check, str, str], ...],
        *,
        ref: str | None = None,
        note: ChipNote | None = None,
        purpose: str = "chip-check",
        reader: str = "loket-1",
        outcome: str = "alive",
        **changed: object,
    ) -> Wire:
        """A tap, a second after the one before."""
        self.taps += 1
        at = to_timestamp(self.now + timedelta(seconds=self.taps))
        checks = ((Check.READER_TRUSTED, "ok", ""), *found)
        verdict: dict[str, object] = {
            "asked": replaced(ASKED, gateway=gateway, institution=gateway, purpose=purpose, reader=reader),
            "checks": tuple(
                CheckResult(check=check, result=reason(check, code).result, code=code, detail=detail)
                for check, code, detail in checks
            ),
            "card_ref": ref,
            "chip": note,
            "person": None,
            "began": at,
            "judged": at,
        }
        return self.case.verdict(gateway, outcome=outcome, attributes={}, **(verdict | changed))

    async def stored(self, *wires: Wire) -> None:
        """Judge, and wait until all are in the report's table."""
        await self.case.judge(*wires)
        taps = [UUID(tap_of(wire)) for wire in wires]

        async def are() -> bool:
            count = await self.case.pool.fetchval(
                "SELECT count(*) FROM chip_findings WHERE tap = ANY($1)", taps
            )
            return bool(count == len(set(taps)))

        await until(are, what="the taps are stored")

    async def report(self, **query: str) -> Json:
        period = {"from": f"{self.now.year}-01-01", "until": f"{self.now.year}-12-31"}
        asked = "&".join(f"{name}={value}" for name, value in (period | query).items())
        return await self.case.done("GET", f"{REPORT}?{asked}")


def tap_of(wire: Wire) -> str:
    return str(msgspec.json.decode(wire.body)["tap"])


YEARS = iter(range(2030, 2098, 2))
"""Agreements of these tests hold in all of them."""


@pytest.fixture
def city(case: Case) -> City:
    return City(case=case, now=datetime(next(YEARS), 6, 1, 3, tzinfo=UTC))


def named(lines: Json, name: str) -> Json:
    return next(line for line in lines if line["name"] == name)


async def test_chip_checks_are_counted_by_place_cause_year_and_reader(city: City) -> None:
    async with city.case.running():
        gateway = await city.case.gateway()
        first = city.tap(gateway, DEAD, note=ChipNote(cause="heat"))
        await city.stored(
            first,
            city.tap(gateway, ALIVE, ref=card(), note=ChipNote(cause="photocopied")),
            city.tap(gateway, damaged("6FF0, 6FF2"), ref=card(), note=ChipNote(cause="stapled")),
            city.tap(gateway, SILENT, note=ChipNote(cause="bitten")),
            city.tap(gateway, ALIVE, ref=card(), purpose="record"),
        )
        report = await city.report()
    checks = report["chip_checks"]
    assert [checks[name] for name in ("taps", "alive", "damaged", "dead", "silent")] == [4, 1, 1, 1, 1]
    assert report["other_taps"]["alive"] == 1
    assert report["cards_last_seen"] == {"alive": 2, "damaged": 1}
    assert report["damaged_files"] == {"6FF0": 1, "6FF2": 1}
    by = report["by"]
    assert [(line["name"], line["label"]) for line in by["place"]] == [("33.72.04.1010", "Jebres")]
    assert {line["name"]: line["chip_checks"]["taps"] for line in by["cause"]} == {
        "heat": 1,
        "photocopied": 1,
        "stapled": 1,
        "unknown": 1,
    }
    assert [line["name"] for line in by["year"]] == [str(city.now.year)]
    assert [line["name"] for line in by["reader"]] == [f"{gateway}/loket-1"]


async def test_a_verdict_that_comes_again_is_counted_once(city: City) -> None:
    async with city.case.running():
        gateway = await city.case.gateway()
        wire, sentinel = city.tap(gateway, DEAD), city.tap(gateway, ALIVE)
        await city.stored(wire)
        await city.stored(wire, wire, sentinel)
        assert (await city.report())["chip_checks"]["taps"] == 2


async def test_a_reader_that_fails_cards_which_others_read_is_named_and_dead_chips_are_not_its_fault(
    city: City,
) -> None:
    async with city.case.running():
        bad, good, other = [await city.case.gateway() for _ in range(3)]
        wires = []
        for ref in [card() for _ in range(8)]:
            wires += [
                city.tap(bad, damaged(), ref=ref),
                city.tap(good, ALIVE, ref=ref, purpose="record"),
                city.tap(other, ALIVE, ref=ref),
            ]
        # dead chips come to all three, and most to a reader that reads every card that lives
        wires += [city.tap(good, DEAD) for _ in range(3)]
        wires += [city.tap(bad, DEAD), city.tap(other, DEAD)]
        # and a card that is damaged wherever it is read
        broken = card()
        wires += [city.tap(each, damaged(), ref=broken) for each in (good, other, bad)]
        await city.stored(*wires)
        found = (await city.report(by="reader"))["by"]["reader"]
    by_reader = {line["name"]: line["reader"] for line in found}
    named_one = by_reader[f"{bad}/loket-1"]
    assert (named_one["code"], named_one["trials"]) == ("fails-good-cards", {"tried": 8, "failed": 8})
    assert by_reader[f"{good}/loket-1"]["trials"] == {"tried": 8, "failed": 0}
    assert {by_reader[f"{each}/loket-1"]["code"] for each in (good, other)} <= {"no-sign", "too-few"}


async def test_a_card_that_broke_later_or_whose_protected_file_is_damaged_blames_no_reader(
    city: City,
) -> None:
    async with city.case.running():
        here, there = [await city.case.gateway() for _ in range(2)]
        broke_later, protected = card(), card()
        await city.stored(
            city.tap(there, ALIVE, ref=broke_later),
            city.tap(here, damaged(), ref=broke_later),
            # a chip check never reads biodata, so that it finds the card alive says nothing of it
            city.tap(here, damaged("6FF1"), ref=protected, purpose="record"),
            city.tap(there, ALIVE, ref=protected),
            # nor does the same reader, later, show anything of another
            city.tap(here, damaged(), ref=(again := card())),
            city.tap(here, ALIVE, ref=again),
        )
        found = (await city.report(by="reader"))["by"]["reader"]
    assert {line["name"]: line["reader"]["trials"]["failed"] for line in found} == {
        f"{here}/loket-1": 0,
        f"{there}/loket-1": 0,
    }


async def test_a_card_is_counted_once_as_it_was_found_last(city: City) -> None:
    async with city.case.running():
        gateway, broke, healed = await city.case.gateway(), card(), card()
        await city.stored(
            *(city.tap(gateway, found, ref=broke) for found in (ALIVE, ALIVE, damaged())),
            *(city.tap(gateway, found, ref=healed) for found in (damaged(), ALIVE, DEAD)),
        )
        assert (await city.report())["cards_last_seen"] == {"alive": 1, "damaged": 1}


async def test_a_second_reader_of_the_same_counter_is_another_reader(city: City) -> None:
    async with city.case.running():
        gateway, ref = await city.case.gateway(), card()
        await city.stored(
            city.tap(gateway, damaged(), ref=ref), city.tap(gateway, ALIVE, ref=ref, reader="loket-2")
        )
        found = (await city.report(by="reader"))["by"]["reader"]
    assert named(found, f"{gateway}/loket-1")["reader"]["trials"] == {"tried": 1, "failed": 1}


async def test_a_photocopied_card_that_lives_before_and_after_is_such_a_pair(city: City) -> None:
    async with city.case.running():
        gateway, ref = await city.case.gateway(), card()
        before = city.tap(gateway, ALIVE, ref=ref)
        after = city.tap(gateway, ALIVE, ref=ref, note=ChipNote(cause="photocopied", before=tap_of(before)))
        # the order in which they arrive is nobody's
        await city.stored(after, before)
        pairs = (await city.report())["pairs"]
    assert pairs == [
        {"cause": "photocopied", "before": "alive", "after": "alive", "same_card_seen": True, "pairs": 1}
    ]


async def test_a_card_that_died_is_paired_on_the_officers_word(city: City) -> None:
    async with city.case.running():
        gateway = await city.case.gateway()
        before = city.tap(gateway, ALIVE, ref=card())
        await city.stored(before, city.tap(gateway, DEAD, note=ChipNote(cause="heat", before=tap_of(before))))
        pairs = (await city.report())["pairs"]
    assert pairs == [
        {"cause": "heat", "before": "alive", "after": "dead", "same_card_seen": False, "pairs": 1}
    ]


async def test_what_is_no_pair_is_not_paired(city: City) -> None:
    async with city.case.running():
        gateway, elsewhere = [await city.case.gateway() for _ in range(2)]
        ref = card()
        check, foreign = city.tap(gateway, ALIVE, ref=card()), city.tap(elsewhere, ALIVE, ref=ref)
        record = city.tap(gateway, ALIVE, ref=ref, purpose="record")
        later = city.tap(gateway, ALIVE, ref=ref)
        unknown = str(UUID(tap_of(check)))[:-4] + "ffff"

        def after(first: str, **more: object) -> Wire:
            note = ChipNote(cause="photocopied", before=first)
            return city.tap(gateway, ALIVE, ref=ref, note=note, **more)  # type: ignore[arg-type]  # changes of a verdict

        city.taps -= 1
        await city.stored(
            *(check, foreign, record, later),
            after(tap_of(check)),  # evidently another card
            after(tap_of(foreign)),  # a check of another gateway
            after(tap_of(record)),  # no chip check
            after(unknown),
            after(tap_of(later), began=to_timestamp(city.now)),  # not before it
        )
        assert (await city.report())["pairs"] == []


async def test_a_chip_check_is_told_to_no_agency(city: City) -> None:
    async with city.case.running():
        gateway = await city.case.gateway()
        agency = await city.case.agency(purposes=["record", "identify"])
        for found, outcome in (
            (ALIVE, "alive"),
            (DEAD, "refused"),
            (SILENT, "inconclusive"),
            (damaged(), "refused"),
        ):
            await city.stored(city.tap(gateway, found, ref=card(), outcome=outcome))
        await city.stored(city.tap(gateway, ALIVE, ref=card(), purpose="record", outcome="refused"))
        await city.case.settled(agency, (0, 0, 1))


async def test_nothing_is_counted_of_a_gateway_that_the_registry_has_no_record_of_nor_of_a_suspended_one(
    city: City,
) -> None:
    async with city.case.running():
        gateway = await city.case.gateway()
        suspended = city.tap(gateway, ALIVE, checks=(_check(Check.READER_TRUSTED, "suspended"),))
        await city.case.judge(city.tap("nobody-knows-it", DEAD), suspended)
        await city.stored(city.tap(gateway, ALIVE))
        assert (await city.report())["chip_checks"]["taps"] == 1


def _check(check: Check, code: str) -> CheckResult:
    return CheckResult(check=check, result=reason(check, code).result, code=code)


async def test_a_time_that_is_none_is_a_dead_letter_and_the_rest_of_the_batch_is_unharmed(city: City) -> None:
    gateway = "kelurahan-x"
    async with city.case.running():
        gateway = await city.case.gateway()
    broken = city.tap(gateway, ALIVE, began="2026-13-01T00:00:00.000Z")
    whole = city.tap(gateway, ALIVE)
    await city.case.judge(broken, whole)
    async with city.case.running():
        letter = await city.case.dead_letter()
        await city.stored(whole)
    assert (letter.message_id, letter.headers["ketuk-reason"]) == (
        broken.message_id,
        "the verdict is malformed",
    )


async def test_a_day_is_one_of_western_indonesia_and_the_last_is_included(city: City) -> None:
    async with city.case.running():
        gateway = await city.case.gateway()
        year = city.now.year
        last = datetime(year, 12, 31, 16, 59, 59, tzinfo=UTC)
        for moment in (last, last + timedelta(seconds=1)):
            await city.stored(city.tap(gateway, ALIVE, judged=to_timestamp(moment)))
        found = (await city.report(by="year"))["by"]["year"]
    assert [(line["name"], line["chip_checks"]["taps"]) for line in found] == [(str(year), 1)]


async def test_a_table_is_one_line_for_each_reader(city: City) -> None:
    async with city.case.running():
        gateway = await city.case.gateway()
        await city.stored(city.tap(gateway, ALIVE), city.tap(gateway, DEAD))
        token = city.case.settings.api_token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/csv"}
        path = f"{REPORT}?from={city.now.year}-01-01&until={city.now.year}-12-31"
        async with city.case.http.get(f"{path}&by=reader", headers=headers) as answer:
            (row,) = csv.DictReader(StringIO(await answer.text()))
            assert answer.content_type == "text/csv"
        async with city.case.http.get(path, headers=headers) as refused:
            assert refused.status == 422
    assert (row["name"], row["chip_checks.alive"], row["chip_checks.dead"]) == (
        f"{gateway}/loket-1",
        "1",
        "1",
    )
    assert row["reader.code"] == "too-few"


@pytest.mark.parametrize(
    "query",
    [
        "from=today",
        "from=2026-02-30",
        "from=2026-05-02&until=2026-05-01",
        "from=0001-01-01",
        "until=9999-12-31",
        "by=colour",
        "spy=1",
    ],
)
async def test_what_cannot_be_reported_is_refused(shared: Case, query: str) -> None:
    answer = await shared.ask("GET", f"{REPORT}?{query}")
    assert (answer.status, answer.kind) == (422, "application/problem+json")


async def test_without_a_period_it_is_the_year_until_today_and_only_with_the_token(shared: Case) -> None:
    report = await shared.done("GET", REPORT)
    assert (await shared.ask("GET", REPORT, token="wrong")).status == 401  # noqa: S106  no secret
    assert report["from"] == f"{report['until'][:4]}-01-01"
