"""How tests start Chromium, and what a page of ours may not do in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

EXECUTABLE = "/usr/bin/chromium-headless-shell"
"""Half of the processor time of the whole browser, whose windows nobody sees."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",
)
"""Pages are drawn without a graphics card, and nothing but a page asks anything of the network."""


@asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    """A browser while the block runs, started with more arguments."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=EXECUTABLE, args=[*ARGUMENTS, *more])
        yield browser
        await browser.close()


@asynccontextmanager
async def faultless_page(browser: Browser, **options: Any) -> AsyncIterator[Page]:  # noqa: ANN401  Playwright's
    """A page in a context of its own, which fails no script and breaks no rule of its own policy."""
    page = await browser.new_page(**options)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if "Policy" in said.text else None)
    yield page
    await page.close()
    assert broken == []
