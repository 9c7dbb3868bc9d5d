"""The dashboard in a real browser, over a registry with a city in the middle of its roll-out."""

import asyncio
import csv
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from io import StringIO
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, Request, expect

from ketuk_events.outcomes import Check, Result
from ketuk_events.taps import CheckResult
from simulator import census
from tests.integration.registry.case import Case, Json
from tests.integration.registry.conftest import Kept
from tests.integration.registry.fresh_database import fresh_database
from tests.integration.registry.furnished import DAY, furnish
from tests.support.bounds import BOUND_SECONDS
from tests.support.chromium import chromium, faultless_page

# a bound that only a hang reaches
expect.set_options(timeout=BOUND_SECONDS * 1_000)

SCREENSHOT = os.environ.get("KETUK_SCREENSHOT")
PICTURE = Path(SCREENSHOT or Path(__file__).parents[3] / ".run" / "dashboard.png")
"""`KETUK_SCREENSHOT=docs/dashboard.png` makes the pictures, of all residents; without it no file changes."""
RESIDENTS = census.RESIDENTS if SCREENSHOT else 2_000
ARTICLE = "2013-08-18"
PERSON, PASSWORD = "sekretaris", secrets.token_urlsafe(12)
AHEAD = ("early", "middle", "late")
FAILED = (
    (Check.CHIP_ANSWERS, "no-answer"),
    (Check.CARD_STATUS, "blocked"),
    (Check.CARD_STATUS, "not-activated"),
    (Check.DATA_SIGNED, "signature-invalid"),
)
BLOCKED = CheckResult(check=Check.CARD_STATUS, result=Result.FAILED, code="blocked")
TABLES: Mapping[str, tuple[str, Callable[[Json], list[Json]]]] = {
    "places": ("roll-out?as-of={day}", lambda found: found["places"]),
    "curve": ("roll-out?as-of={day}", lambda found: [*chain.from_iterable(map(curve, found["kinds"]))]),
    "enrolment": ("enrolment?as-of={day}", lambda found: found["places"]),
    "reported": ("enrolment?as-of={day}", lambda found: found["reported"]),
    "compliance": ("compliance?as-of={day}", lambda found: found["kinds"]),
    "chips": ("chip-health?from=2000-01-01&until={day}", lambda found: found["by"]["place"]),
    "pairs": ("chip-health?from=2000-01-01&until={day}", lambda found: found["pairs"]),
    "minutes": ("taps", lambda found: found["minutes"]),
    "outcomes": ("taps", lambda found: found["outcomes"]),
}
"""By name, the report that a table is of, and its lines in there."""
CELLS = """(name) => [...document.querySelectorAll(`[data-table="${name}"] tbody tr`)].map((row) =>
    Object.fromEntries([...row.children].map((cell) => [cell.dataset.name, cell.dataset.value])))"""

SIGNS = """(id) => [...document.querySelectorAll(`#${id} .legend li`)].map((each) => [
    each.querySelector('.badge text').textContent,
    each.querySelector('.badge use').getAttribute('href'),
    each.querySelector('.swatch rect').getAttribute('fill'),
    each.textContent,
])"""
TILES = """() => [...document.querySelectorAll('.tile')].map((each) => [
    each.dataset.place,
    each.querySelector('.badge text').textContent,
    each.querySelector('.state').textContent !== '',
])"""

BREAKS = """() => [...document.querySelectorAll('.tile .name')].flatMap((each) => {
    const text = each.firstChild, range = document.createRange(), breaks = [];
    const seen = [...text.data].map((letter, at) => {
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return { letter, at, box: range.getBoundingClientRect() };
    });
    const letters = seen.filter(({ letter }) => /[a-z]/i.test(letter));
    letters.slice(1).forEach(({ at, box }, before) => {
        const last = letters[before];
        if (box.bottom - last.box.bottom > 2) breaks.push(text.data.slice(last.at + 1, at));
    });
    return each.scrollWidth > each.clientWidth ? [...breaks, 'too wide'] : breaks;
})"""
"""What stands where the names of tiles are broken."""


@pytest.fixture(scope="module")
def database_url(stack_env: Mapping[str, str], template: str) -> Iterator[str]:
    """Of these tests alone: what others connect would be on the page."""
    with fresh_database(stack_env, template=template) as url:
        yield url


@pytest.fixture(scope="module")
async def case(kept: Kept) -> Case:
    await kept.start()
    await furnish(kept.case, residents=RESIDENTS)
    await kept.case.done("PUT", f"/v1/people/{PERSON}", {"role": "viewer", "password": PASSWORD})
    return kept.case


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def page(case: Case, browser: Browser) -> AsyncIterator[Page]:
    """Before anybody has signed in; it may break no rule of its own policy."""
    async with faultless_page(
        browser,
        base_url=f"http://127.0.0.1:{case.settings.http_port}",
        viewport={"width": 1280, "height": 900},
        locale="id-ID",
    ) as opened:
        yield opened


async def type_in(page: Page, password: str) -> None:
    await page.get_by_label("Nama").fill(PERSON)
    await page.get_by_label("Kata sandi").fill(password)


async def sign_in(page: Page, path: str = f"/?as-of={DAY}") -> None:
    await page.goto(path)
    await type_in(page, PASSWORD)
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.locator(".report[aria-busy=true]")).to_have_count(0)


async def roll_out(case: Case, day: object) -> list[Json]:
    found = await case.done("GET", f"/v1/reports/roll-out?as-of={day}")
    return [each for each in found["places"] if each["kind"] == "kelurahan"]


@pytest.mark.parametrize("day", [DAY, ARTICLE])
async def test_who_has_no_reader_is_told_in_plain_words(case: Case, page: Page, day: object) -> None:
    await sign_in(page, f"/?as-of={day}")
    lacking = [each for each in await roll_out(case, day) if not each["equipped"]]
    says = page.locator("#lacking .says")
    await expect(says).to_have_text(f"{len(lacking)} dari 51 kelurahan belum punya pembaca.")
    lines = [re.split(r" \(\d+\): ", each) for each in await page.locator("#lacking li").all_inner_texts()]
    told = {
        (kecamatan, re.sub(r" \(.*\)", "", name))
        for kecamatan, names in lines
        for name in names[:-1].split(", ")
    }
    assert told == {(each["kecamatan_name"], each["name"]) for each in lacking}


def curve(kind: Json) -> list[Json]:
    """Its points as lines of one table."""
    ahead = kind["forecast"] or {}
    of_forecast = [(at, [{"day": ahead[at], "places": kind["places"]}]) for at in AHEAD if ahead]
    return [
        {"kind": kind["kind"], "series": series, **step}
        for series, steps in (("plan", kind["plan"]), ("actual", kind["actual"]), *of_forecast)
        for step in steps
    ]


def written(line: Json, name: str) -> str:
    """A value as the page and CSV write it."""
    for part in name.split("."):
        line = None if line is None else line[part]
    if isinstance(line, bool):
        return str(line).lower()
    return "" if line is None else str(line)


async def downloaded(page: Page, name: str) -> list[dict[str, str]]:
    table = page.locator(f'[data-table="{name}"]')
    await table.locator("summary").click()
    async with page.expect_download() as download:
        await table.locator(".csv").click()
    file = await (await download.value).path()
    return list(csv.DictReader(StringIO(await asyncio.to_thread(file.read_text))))


async def test_each_table_and_its_csv_are_what_the_report_says(case: Case, page: Page) -> None:
    await sign_in(page)
    await judge(case, page, outcome="verified")
    await judge(case, page, outcome="refused", reason=BLOCKED)
    sizes = {}
    for name, (path, lines_of) in TABLES.items():
        for _ in range(3):  # a minute that begins meanwhile is another line
            lines = lines_of(await case.done("GET", f"/v1/reports/{path.format(day=DAY)}"))
            rows, sheet = await page.evaluate(CELLS, name), await downloaded(page, name)
            if name != "minutes" or rows == sheet:
                break
        assert len(rows) == len(sheet) == len(lines)
        for row, line, of_sheet in zip(rows, lines, sheet, strict=True):
            assert row == {each: written(line, each) for each in row}, name
            assert row == {each: of_sheet[each] for each in row}, name
        sizes[name] = len(rows)
    assert sizes["places"] == 56
    assert all(sizes[name] > 0 for name in TABLES if name != "reported"), sizes


async def judge(case: Case, page: Page, *, outcome: str, reason: CheckResult | None = None) -> None:
    """A tap is judged, and seen on the page."""
    seen = int(await page.locator("#hour").inner_text())
    await case.judge(case.verdict("kelurahan-jebres", person=None, outcome=outcome, reason=reason))
    await expect(page.locator("#hour")).to_have_text(str(seen + 1), timeout=BOUND_SECONDS * 1_000)


async def test_the_live_numbers_move_when_taps_come_to_any_process(case: Case, page: Page) -> None:
    await sign_in(page)
    refused = page.locator("#outcomes .bar", has_text="Kartu diblokir.").locator(".value")
    before = int(await refused.inner_text()) if await refused.count() else 0
    await judge(case, page, outcome="refused", reason=BLOCKED)
    await expect(refused).to_have_text(str(before + 1))
    seen = int(await page.locator("#hour").inner_text())
    await case.pool.execute(
        """
        INSERT INTO tap_minutes (minute, outcome, decided, code, process, taps)
        VALUES (date_trunc('minute', now()), 'refused', 'card.status', 'blocked', $1, 7)
        """,
        uuid4(),
    )
    await expect(page.locator("#hour")).to_have_text(str(seen + 7), timeout=BOUND_SECONDS * 1_000)
    await expect(refused).to_have_text(str(before + 8))


async def test_each_state_can_be_told_without_colour(case: Case, page: Page) -> None:
    await sign_in(page)
    for section in ("tiles", "enrolment", "compliance", "chips"):
        signs = await page.evaluate(SIGNS, section)
        for at in range(4):
            assert len({sign[at] for sign in signs}) == len(signs) >= 3, (section, signs)
    places = {each["place"]: each["state"] for each in await roll_out(case, DAY)}
    letters = {"working": "B", "silent": "D", "approved": "S", "installed": "T"} | {
        "broken": "R", "delivered": "K", "ordered": "P", "none": "0",
    }  # fmt: skip
    tiles = await page.evaluate(TILES)
    assert {place: letter for place, letter, _ in tiles} == {
        place: letters[state] for place, state in places.items()
    }
    assert all(in_words for *_, in_words in tiles)
    assert set(places.values()) == set(letters)


async def test_the_page_speaks_english_when_asked_and_keeps_the_day(page: Page) -> None:
    await sign_in(page, f"/?as-of={ARTICLE}")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("#lacking .says")).to_have_text("51 of 51 kelurahan have no reader yet.")
    await expect(page.get_by_label("As of the end of")).to_have_value(ARTICLE)
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.goto("/")
    await expect(page.locator("#lacking .says")).to_contain_text("kelurahan have no reader yet.")


async def test_the_articles_figures_are_on_the_page_of_its_day(page: Page) -> None:
    await sign_in(page, f"/?as-of={ARTICLE}")
    said = page.locator("#enrolment .says")
    await expect(said).to_contain_text("365.736 terekam, 104,5% dari sasaran 350.000")
    await expect(page.locator("#curve .says")).to_contain_text(
        "Kelurahan: 0 dari 51 terpasang; sasaran 51 sampai 31 Des 2014."
    )
    await expect(page.locator(".tile[data-state=none]")).to_have_count(51)
    await page.get_by_label("Keadaan pada akhir hari").fill("2019-01-01")
    await expect(page.locator(".tile")).to_have_count(54)


async def test_nothing_on_a_small_phone_is_wider_than_its_screen(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto("/")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await sign_in(page)
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await expect(page.locator("svg.curve").first).to_have_attribute("width", re.compile("^(2|3)"))


@pytest.mark.parametrize("width", [360, 390, 768, 1280, 1920])
async def test_a_long_name_is_broken_between_syllables_alone(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 900})
    await sign_in(page)
    breaks = await page.evaluate(BREAKS)
    assert set(breaks) <= {" ", "\u00ad"}
    names = await page.locator(".tile .name").all_inner_texts()
    assert "Purwodiningratan" in {name.replace("\u00ad", "") for name in names}


@pytest.mark.parametrize(("language", "said"), [("id", "18 Agustus 2013"), ("en", "18 August 2013")])
async def test_the_day_is_said_in_the_pages_language(
    case: Case, browser: Browser, language: str, said: str
) -> None:
    # whatever the browser's own language is
    page = await browser.new_page(base_url=f"http://127.0.0.1:{case.settings.http_port}", locale="de-DE")
    await page.goto(f"/?lang={language}&as-of={ARTICLE}")
    await expect(page.locator("#said-day")).to_have_text(said)
    await page.close()


async def test_the_day_that_is_said_follows_the_field(page: Page) -> None:
    await sign_in(page, f"/?as-of={ARTICLE}")
    await page.get_by_label("Keadaan pada akhir hari").fill("2019-01-01")
    await expect(page.locator("#said-day")).to_have_text("1 Januari 2019")


async def test_the_numbers_are_reached_by_keyboard(page: Page) -> None:
    await sign_in(page)
    table = page.locator('[data-table="compliance"]')
    await table.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(table.locator(".csv")).to_be_focused()
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    assert (await download.value).suggested_filename == "compliance.csv"
    await page.keyboard.press("Tab")
    await expect(table.locator(".scroll")).to_be_focused()
    name = "Kepatuhan menurut jenis lembaga"
    await expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    await expect(page.get_by_role("img", name="lembaga memakai pembaca")).to_be_visible()
    await expect(page.get_by_role("table", name=name)).to_be_visible()


async def test_a_sign_in_sent_twice_is_one_and_a_wrong_one_shows_nothing(page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/v1/" in request.url:
            asked.append(request.url)

    page.on("request", note)
    async with page.expect_request("**/v1/session"):
        await page.goto("/")
    await expect(page.locator("#inside")).to_be_hidden()
    assert [urlsplit(each).path for each in asked] == ["/v1/session"]
    for wrong in ("salah-salah-salah", "bukan ascii ✓"):
        await type_in(page, wrong)
        await page.get_by_role("button", name="Masuk").click()
        await expect(page.locator("#refused")).to_contain_text("tidak cocok")
        await expect(page.locator("#inside")).to_be_hidden()
    asked.clear()
    await type_in(page, PASSWORD)
    # twice before either can be answered
    await page.evaluate("for (const form of [...document.forms, ...document.forms]) form.requestSubmit();")
    await expect(page.locator(".tile")).to_have_count(54)
    await expect(page.locator("#live")).to_have_attribute("aria-busy", "false")
    assert len(asked) == len(set(asked)) == 7, asked
    await page.reload()
    await expect(page.locator(".tile")).to_have_count(54)
    await page.get_by_role("button", name="Keluar").click()
    await page.reload()
    await expect(page.get_by_label("Kata sandi")).to_be_visible()


async def test_whoever_may_look_no_longer_is_asked_to_sign_in(page: Page) -> None:
    await sign_in(page)
    await page.context.clear_cookies()
    await page.get_by_label("Keadaan pada akhir hari").fill(ARTICLE)
    await expect(page.get_by_label("Kata sandi")).to_be_visible()
    await expect(page.locator("#inside")).to_be_hidden()


async def test_a_report_that_fails_says_so_and_can_be_asked_for_again(page: Page) -> None:
    await page.route("**/v1/reports/compliance*", lambda route: route.fulfill(status=503))
    await page.route("**/v1/reports/taps*", lambda route: route.abort())
    await sign_in(page)
    failed = page.locator("#compliance .failed")
    await expect(failed).to_be_visible()
    await expect(page.locator("#lost")).to_be_visible()
    await expect(page.locator(".tile")).to_have_count(51)
    await page.unroute_all()
    await failed.get_by_role("button", name="Coba lagi").click()
    await expect(failed).to_be_hidden()
    await expect(page.locator("#compliance .bar")).not_to_have_count(0)
    await expect(page.locator("#lost")).to_be_hidden(timeout=BOUND_SECONDS * 1_000)


async def test_the_page_says_when_the_stream_is_silent(page: Page) -> None:
    await page.clock.install()
    await sign_in(page)
    await page.route("**/v1/reports/taps*", lambda route: route.abort())
    await page.clock.fast_forward(16_000)
    await expect(page.locator("#lost")).to_be_visible()


async def test_who_had_a_reader_once_is_told_from_who_has_one(case: Case, page: Page) -> None:
    await sign_in(page)
    report = await case.done("GET", f"/v1/reports/roll-out?as-of={DAY}")
    [kelurahan] = [kind for kind in report["kinds"] if kind["kind"] == "kelurahan"]
    has, had = kelurahan["equipped"], kelurahan["actual"][-1]["places"]
    assert has < had
    says = page.locator("#curve .says")
    await expect(says).to_contain_text(f"{has} dari 51 terpasang")
    await expect(says).to_contain_text(f"{had} pernah punya; {had - has} di antaranya kini tidak lagi.")
    await expect(page.locator("svg[data-kind=kelurahan]")).to_contain_text(f"pernah terpasang: {had}")


@pytest.mark.skipif(SCREENSHOT is None, reason="pictures are made when they are asked for")
async def test_pictures(case: Case, page: Page) -> None:
    await sign_in(page)
    for number in range(24):
        check, code = FAILED[number % len(FAILED)]
        reason = CheckResult(check=check, result=Result.FAILED, code=code)
        if number % 3 == 0:
            await judge(case, page, outcome="refused", reason=reason)
        else:
            await judge(case, page, outcome="verified")
    await page.screenshot(path=PICTURE, full_page=True)
    await page.screenshot(path=PICTURE.with_stem(f"{PICTURE.stem}-top"))
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=PICTURE.with_stem(f"{PICTURE.stem}-phone"), full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.goto(f"/?lang=en&as-of={ARTICLE}")
    await expect(page.locator(".report[aria-busy=true]")).to_have_count(0)
    await page.screenshot(path=PICTURE.with_stem(f"{PICTURE.stem}-2013"), full_page=True)
