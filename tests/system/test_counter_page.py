"""The counter page in a real browser, with virtual cards on a real pcscd, and all of Ketuk behind it."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from simulator.kinds import Kind
from simulator.reader import VirtualReader
from tests.support.bounds import BOUND_SECONDS
from tests.support.chromium import chromium, faultless_page
from tests.system.conftest import City

# a bound that only a hang reaches
expect.set_options(timeout=BOUND_SECONDS * 1_000)

GATEWAY = "gateway-kelurahan-jebres"
PICTURE = Path(os.environ.get("KETUK_SCREENSHOT") or Path(__file__).parents[2] / ".run" / "counter.png")
"""`KETUK_SCREENSHOT=docs/counter.png` makes the README's picture; without it no file of the tree changes."""
NOW_SHOWN = """() => [
    document.querySelector('#taps li')?.dataset.tap,
    document.querySelector('.panel')?.dataset.look,
]"""


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def page(city: City, browser: Browser) -> AsyncIterator[Page]:
    """In Indonesian, on a screen as counters have; it may break no rule of its own policy."""
    url = city.services.url(GATEWAY)
    async with faultless_page(browser, base_url=url, viewport={"width": 1280, "height": 800}) as opened:
        await opened.goto("/")
        await expect(opened.locator(".panel")).to_have_count(1)
        yield opened


@pytest.fixture
async def reader(city: City) -> AsyncIterator[VirtualReader]:
    port = city.stack.vpcd_ports[0]
    async with VirtualReader(number=0, port=port, sam=city.run.sam()).running() as running:
        yield running


def headline(page: Page) -> Locator:
    return page.locator(".panel .headline")


def advice(page: Page) -> Locator:
    return page.locator(".panel .advice")


async def until_verified(page: Page, reader: VirtualReader, city: City) -> None:
    """A healthy card is tapped, and its verdict is on the page."""
    before, _ = await page.evaluate(NOW_SHOWN)
    tapping = asyncio.create_task(reader.tap(city.card(Kind.HEALTHY)))
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            tap, look = await page.evaluate(NOW_SHOWN)
            if tap != before and look == "verified":
                break
            await asyncio.sleep(0.01)
    await tapping


async def test_the_verdict_on_each_card_is_on_the_page(city: City, page: Page, reader: VirtualReader) -> None:
    for _ in range(2):
        await until_verified(page, reader, city)
    await expect(headline(page)).to_have_text("TERVERIFIKASI")
    await expect(page.locator(".checks li")).to_have_count(8)
    await expect(page.locator(".aloud")).to_contain_text("loket-1: TERVERIFIKASI.")


async def test_the_photo_is_shown_only_once_the_verdict_allows_it(
    city: City, page: Page, reader: VirtualReader
) -> None:
    await reader.tap(city.card(Kind.BLOCKED))
    await expect(headline(page)).to_have_text("DITOLAK")
    await expect(advice(page)).to_have_text("Kartu diblokir.")
    await expect(page.locator(".photo")).to_be_hidden()
    tap, _ = await page.evaluate(NOW_SHOWN)
    assert (await page.request.get(f"/photos/{tap}")).status == 404
    await reader.tap(city.card(Kind.HEALTHY))
    await expect(headline(page)).to_have_text("TERVERIFIKASI")
    await expect(page.locator(".photo")).to_be_visible()
    width = await page.locator(".photo").evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert width == 150
    await page.screenshot(path=PICTURE)


async def test_a_chip_that_never_enters_the_field_is_judged_when_the_officer_asks(
    city: City, page: Page, reader: VirtualReader
) -> None:
    await reader.tap(city.card(Kind.HEALTHY))
    button = page.get_by_role("button", name="Periksa chip")
    await expect(button).to_be_enabled()
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(advice(page)).to_contain_text("Chip sedang diperiksa")
    await expect(button).to_be_disabled()
    await expect(headline(page)).to_have_text("DITOLAK")
    await expect(advice(page)).to_contain_text("Chip tidak menjawab: rusak.")
    await expect(button).to_be_focused()


async def test_a_card_that_the_reader_finds_mute_is_judged_by_itself(
    city: City, page: Page, reader: VirtualReader
) -> None:
    await reader.tap(city.card(Kind.HEALTHY))
    await expect(headline(page)).to_have_text("TERVERIFIKASI")
    await reader.tap(city.card(Kind.MUTE))
    await expect(headline(page)).to_have_text("DITOLAK")
    await expect(advice(page)).to_contain_text("Chip tidak menjawab: rusak.")


async def test_taps_are_for_the_purpose_that_the_officer_chose(
    city: City, page: Page, reader: VirtualReader
) -> None:
    chooser = page.get_by_label("Keperluan")
    await chooser.select_option("Periksa chip")
    await reader.tap(city.card(Kind.HEALTHY))
    await expect(headline(page)).to_have_text("CHIP HIDUP")
    await expect(page.locator(".photo")).to_be_hidden()
    await chooser.select_option("Pencatatan")
    await reader.tap(city.card(Kind.HEALTHY))
    await expect(headline(page)).to_have_text("TERVERIFIKASI")


async def test_what_is_noted_beside_a_chip_check_reaches_the_chip_health_report(
    city: City, page: Page, reader: VirtualReader
) -> None:
    note, cause = (
        page.get_by_role("group", name="Catatan untuk pemeriksaan berikutnya"),
        page.locator("#cause"),
    )
    same = page.get_by_label("Kartu yang sama")
    await expect(note).to_be_hidden()
    await page.get_by_label("Keperluan").select_option("Periksa chip")
    await expect(note).to_be_visible()
    await reader.tap(city.card(Kind.HEALTHY))
    await expect(headline(page)).to_have_text("CHIP HIDUP")
    await cause.select_option("Difotokopi")
    await same.check()
    await page.screenshot(path=PICTURE.with_name("chip-check.png"))
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    for label in ("Sebab menurut warga", "Kartu yang sama seperti tadi"):
        await expect(note.get_by_text(label)).not_to_have_css("font-size", "0px")
    await page.screenshot(path=PICTURE.with_name("chip-check-phone.png"))
    await reader.tap(city.card(Kind.HEALTHY))
    # the note held for one check
    await expect(cause).to_have_value("unknown")
    await expect(same).not_to_be_checked()
    await page.get_by_label("Keperluan").select_option("Pencatatan")
    await expect(note).to_be_hidden()
    pair = {"cause": "photocopied", "before": "alive", "after": "alive", "same_card_seen": True, "pairs": 1}
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            if pair in (await report(city, page))["pairs"]:
                break
            await asyncio.sleep(0.1)


async def report(city: City, page: Page) -> dict[str, Any]:
    """Chip health this year, as the civil-registry office sees it."""
    token = city.stack.secrets.read("registry/ketuk_api_token")
    address = f"{city.services.url('registry')}/v1/reports/chip-health"
    answer = await page.request.get(address, headers={"Authorization": f"Bearer {token}"})
    assert answer.ok
    told: dict[str, Any] = await answer.json()
    await asyncio.to_thread(PICTURE.with_name("chip-health.json").write_bytes, await answer.body())
    return told


async def test_the_page_speaks_english_when_asked_and_remembers_it(
    city: City, page: Page, reader: VirtualReader
) -> None:
    await page.get_by_role("link", name="English").click()
    await reader.tap(city.card(Kind.NOT_ACTIVATED))
    await expect(headline(page)).to_have_text("REFUSED")
    await expect(advice(page)).to_contain_text("Send the citizen to the kecamatan")
    await page.goto("/")
    await expect(headline(page)).to_have_text("REFUSED")


async def test_the_page_fits_a_small_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_the_page_does_not_trust_a_gateway_that_has_fallen_silent(page: Page) -> None:
    await page.clock.install()
    await page.reload()
    await expect(page.locator(".panel")).to_have_count(1)
    await page.clock.fast_forward(16_000)
    await expect(page.locator("#lost")).to_be_visible()
    await expect(page.locator("body")).to_have_class("stale")
    await page.clock.fast_forward(2_000)
    await expect(page.locator("#lost")).to_be_hidden()


async def test_the_page_says_when_the_disk_takes_no_tap_and_goes_on_by_itself(
    city: City, page: Page, reader: VirtualReader
) -> None:
    await expect(page.locator("#not-kept")).to_be_hidden()
    children = city.stack.children
    gateway, log = children.pid(GATEWAY), children.log(GATEWAY).stat().st_size
    _, most = resource.prlimit(gateway, resource.RLIMIT_FSIZE)
    # more than its log, which goes on, and less than a card's photo in the spool
    resource.prlimit(gateway, resource.RLIMIT_FSIZE, (log + 8192, most))
    try:
        before, _ = await page.evaluate(NOW_SHOWN)
        tapping = asyncio.create_task(reader.tap(city.card(Kind.HEALTHY)))
        await expect(page.locator("#not-kept")).to_be_visible()
        await expect(page.locator("#not-kept")).to_contain_text("penuh atau rusak")
    finally:
        resource.prlimit(gateway, resource.RLIMIT_FSIZE, (most, most))
    await expect(page.locator("#not-kept")).to_be_hidden()
    await tapping
    await expect(page.locator("#taps li").first).not_to_have_attribute("data-tap", before)
    await reader.tap(city.card(Kind.HEALTHY))
    await expect(headline(page)).to_have_text("TERVERIFIKASI")


async def test_the_page_says_when_it_has_lost_its_gateway(city: City, page: Page) -> None:
    await expect(page.locator("#lost")).to_be_hidden()
    await asyncio.to_thread(city.services.kill, GATEWAY)
    await expect(page.locator("#lost")).to_be_visible()
    await asyncio.to_thread(city.services.start, GATEWAY)
    await expect(page.locator("#lost")).to_be_hidden(timeout=BOUND_SECONDS * 1_000)
