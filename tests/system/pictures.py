"""A page of headless Chromium, to be looked at or pictured."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.support.chromium import ARGUMENTS, EXECUTABLE


@contextmanager
def page_of(*, width: int, height: int) -> Iterator[Page]:
    """An empty page of that size, in CSS pixels, while the block runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()
