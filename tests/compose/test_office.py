"""The dashboard through the office's web server: https to it, https from it to the registry's replicas."""

import asyncio
import base64
import re
import secrets
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import expect

from tests.compose.conftest import Trial
from tests.compose.containers import until
from tests.compose.taps import Taps
from tests.support.chromium import chromium

pytestmark = pytest.mark.timeout(1500)

TAPS = 13
PERSON, PASSWORD = "sekretaris", secrets.token_urlsafe(12)


@pytest.fixture(scope="module")
def address(trial: Trial) -> Iterator[str]:
    """Of the web server; somebody may sign in by it."""
    containers = trial.containers
    containers.compose("--profile", "office", "up", "-d", "--no-deps", "office")
    containers.compose(
        "--profile", "tools", "run", "--rm", "ketuk",
        "people", "add", PERSON, "--role", "viewer", "--password", PASSWORD,
    )  # fmt: skip
    yield f"https://localhost:{containers.office}"
    containers.compose("--profile", "office", "rm", "-fs", "office")


def status(trial: Trial, url: str) -> int:
    """What is answered to somebody who trusts the city's authority; 0 where nobody does."""
    context = ssl.create_default_context(cafile=trial.secrets / "ca.pem")
    try:
        with urllib.request.urlopen(url, timeout=10, context=context) as answer:  # noqa: S310  our own address
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return 0


def test_the_office_sees_the_dashboard_and_not_what_is_the_operators(trial: Trial, address: str) -> None:
    until(lambda: status(trial, f"{address}/") == 200)
    assert {path: status(trial, address + path) for path in ("/v1/session", "/metrics", "/readyz")} == {
        "/v1/session": 401,
        "/metrics": 404,
        "/readyz": 404,
    }


async def test_a_person_signs_in_through_it_and_sees_the_city_and_taps_as_they_come(
    trial: Trial, address: str
) -> None:
    shown = x509.load_pem_x509_certificate((trial.secrets / "office" / "cert.pem").read_bytes())
    key = shown.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    # this very certificate, as though the office's browsers knew the city's authority
    trusted = f"--ignore-certificate-errors-spki-list={base64.b64encode(sha256(key).digest()).decode()}"
    async with chromium(trusted) as browser:
        page = await browser.new_page(base_url=address, locale="id-ID")
        await page.goto("/")
        await page.get_by_label("Nama").fill(PERSON)
        await page.get_by_label("Kata sandi").fill(PASSWORD)
        await page.get_by_role("button", name="Masuk").click()
        await expect(page.locator(".report[aria-busy=true]")).to_have_count(0, timeout=20_000)
        says = page.locator("#lacking .says")
        await expect(says).to_have_text(re.compile(r"^\d+ dari 54 kelurahan belum punya pembaca\.$"))
        hour = page.locator("#hour")
        seen = int(await hour.inner_text())
        await asyncio.to_thread(Taps(trial.containers, count=TAPS, seed=11).end)
        await expect(hour).to_have_text(str(seen + TAPS), timeout=20_000)


def test_the_audit_log_says_from_where_they_came_and_not_the_web_servers_address(
    trial: Trial, address: str
) -> None:
    assert address
    [network] = trial.containers.seen(trial.containers.replicas_running("office")[0])["NetworkSettings"][
        "Networks"
    ].values()
    origins = trial.containers.rows(
        "registry",
        """
        SELECT DISTINCT origin FROM audit_log JOIN audit_details USING (position)
        WHERE event = 'person.signed-in'
        """,
    )
    # this machine, as containers of that network see it
    assert list(origins) == [network["Gateway"]]
