import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chassis.observability.security_headers import harden

HSTS = "Strict-Transport-Security"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_answer_says_what_a_browser_may_do_and_by_tls_that_it_stays_with_tls(scheme: str) -> None:
    answer = web.Response()
    await harden(make_mocked_request("GET", "/").clone(scheme=scheme), answer)
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    refused = answer.headers["Permissions-Policy"].split(", ")
    assert {"camera=()", "geolocation=()", "microphone=()", "usb=()"} <= set(refused)
    assert answer.headers.get(HSTS) == ("max-age=31536000" if scheme == "https" else None)
