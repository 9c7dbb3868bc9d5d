import asyncio
import re

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from chassis.observability.security_headers import harden
from ketuk_events.evidence import ChipNote
from reader_gateway.counter.loopback_only import only_this_computer
from reader_gateway.counter.routes import add_counter
from reader_gateway.desk.display_state import Board
from reader_gateway.tap.chip_notes import ChipNotes
from tests.unit.reader_gateway.taps_on_board import PHOTO, tap, verdict

OWN = {"Host": "127.0.0.1:8001"}


class Officer:
    """A counter page, asked without a socket; remembers what the officer did."""

    def __init__(self) -> None:
        self.board = Board()
        self.purpose = "record"
        self.checked: list[str] = []
        self.chip_notes = ChipNotes()
        self._app = web.Application()
        add_counter(
            self._app,
            board=self.board,
            gateway="kelurahan-<jebres>",
            place="33.72.04.1010",
            purposes=("record", "identify"),
            purpose=lambda: self.purpose,
            choose_purpose=self._choose,
            check_chip=self._check,
            chip_notes=self.chip_notes,
            keeps=lambda: True,
        )

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        sent = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
        sent.feed_data(body)
        sent.feed_eof()
        request = make_mocked_request(method, path, headers=OWN | headers, app=self._app, payload=sent)
        match = await self._app.router.resolve(request)
        request._match_info = match  # noqa: SLF001  what aiohttp's application does before it calls a handler
        try:
            answer = await only_this_computer(request, match.handler)
        except web.HTTPException as error:
            answer = error
        await harden(request, answer)
        return answer

    async def text(self, path: str, **headers: str) -> str:
        answer = await self.ask("GET", path, b"", **headers)
        assert isinstance(answer, web.Response)
        return answer.text or ""

    def _choose(self, purpose: str) -> None:
        if purpose not in {"record", "identify"}:
            raise ValueError(purpose)
        self.purpose = purpose

    def _check(self, reader: str) -> None:
        if reader != "loket-1":
            raise KeyError(reader)
        self.checked.append(reader)


@pytest.fixture
def officer() -> Officer:
    return Officer()


async def test_the_page_is_in_indonesian_unless_english_is_asked_for(officer: Officer) -> None:
    assert '<html lang="id">' in await officer.text("/")
    assert '<html lang="en">' in await officer.text("/?lang=en")
    assert '<html lang="id">' in await officer.text("/?lang=jv")


async def test_the_language_is_remembered_until_another_one_is_chosen(officer: Officer) -> None:
    chosen = (await officer.ask("GET", "/?lang=en")).cookies["language"]
    assert (chosen.value, chosen["samesite"], chosen["httponly"]) == ("en", "Strict", True)
    assert '<html lang="en">' in await officer.text("/", Cookie="language=en")
    assert '<html lang="id">' in await officer.text("/?lang=id", Cookie="language=en")


async def test_the_page_has_nothing_inline_that_its_policy_would_have_to_allow(officer: Officer) -> None:
    text = await officer.text("/")
    assert not re.findall(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", text)
    policy = (await officer.ask("GET", "/")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_what_the_page_says_of_its_gateway_is_escaped(officer: Officer) -> None:
    assert "kelurahan-&lt;jebres&gt;" in await officer.text("/")


async def test_the_page_shows_the_purpose_that_taps_are_for(officer: Officer) -> None:
    officer.purpose = "identify"
    assert re.search(r'<option value="identify" selected>Identifikasi</option>', await officer.text("/"))


async def test_a_photo_is_given_only_of_a_verified_tap_and_stored_nowhere(officer: Officer) -> None:
    officer.board.tap_changed(tap(stage="sent", photo=PHOTO))
    assert (await officer.ask("GET", "/photos/tap-1")).status == 404
    officer.board.tap_changed(verdict())
    answer = await officer.ask("GET", "/photos/tap-1")
    assert isinstance(answer, web.Response)
    assert (answer.status, answer.body, answer.content_type) == (200, PHOTO, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await officer.ask("GET", "/photos/tap-2")).status == 404


async def test_the_photo_of_a_refused_tap_is_not_given(officer: Officer) -> None:
    officer.board.tap_changed(tap(stage="sent", photo=PHOTO))
    officer.board.tap_changed(verdict(outcome="refused"))
    assert (await officer.ask("GET", "/photos/tap-1")).status == 404


async def test_the_officer_can_have_a_chip_checked(officer: Officer) -> None:
    assert (await officer.ask("POST", "/readers/loket-1/chip-checks")).status == 202
    assert (await officer.ask("POST", "/readers/loket-9/chip-checks")).status == 404
    assert officer.checked == ["loket-1"]


async def test_the_officer_can_choose_a_purpose_and_every_page_learns_of_it(officer: Officer) -> None:
    changes = officer.board.changes()
    await anext(changes)
    assert (await officer.ask("PUT", "/purpose/identify")).status == 204
    await anext(changes)
    assert officer.purpose == "identify"
    assert (await officer.ask("PUT", "/purpose/spy")).status == 404
    assert officer.purpose == "identify"
    await changes.aclose()


async def test_the_officer_can_note_what_befell_the_card_and_every_page_learns_of_it(
    officer: Officer,
) -> None:
    changes = officer.board.changes()
    await anext(changes)
    body = b'{"cause": "photocopied", "second": false}'
    assert (await officer.ask("PUT", "/chip-note", body)).status == 204
    await anext(changes)
    assert officer.chip_notes.take() == ChipNote(cause="photocopied")
    await changes.aclose()


@pytest.mark.parametrize(
    "body",
    [
        b'{"cause": "bitten", "second": false}',
        b'{"cause": "heat"}',
        b'{"cause": "heat", "second": "yes"}',
        b'["heat", false]',
        b"",
        b"{",
        b"\xff\xfe",
    ],
)
async def test_a_note_that_is_none_is_refused_and_what_was_noted_stays(officer: Officer, body: bytes) -> None:
    officer.chip_notes.note(cause="stapled", second=False)
    assert (await officer.ask("PUT", "/chip-note", body)).status == 400
    assert officer.chip_notes.take() == ChipNote(cause="stapled")


async def test_the_page_offers_every_cause_in_words(officer: Officer) -> None:
    text = await officer.text("/")
    offered = re.findall(r'<option value="(unknown|photocopied|stapled|heat)">(.*?)</option>', text)
    assert offered == [
        ("unknown", "Tidak diketahui"),
        ("photocopied", "Difotokopi"),
        ("stapled", "Distapler"),
        ("heat", "Kena panas"),
    ]


ASK: tuple[tuple[str, str], ...] = (
    ("GET", "/"),
    ("GET", "/events"),
    ("GET", "/photos/tap-1"),
    ("POST", "/readers/loket-1/chip-checks"),
    ("PUT", "/purpose/identify"),
    ("PUT", "/chip-note"),
)


@pytest.mark.parametrize(("method", "path"), ASK)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8001"},
        {"Host": "127.0.0.1.evil.example:8001"},
        {"Host": "127.0.0.1@evil.example:8001"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://localhost:8001"},
    ],
)
async def test_what_does_not_come_from_the_page_itself_is_forbidden(
    officer: Officer, method: str, path: str, headers: dict[str, str]
) -> None:
    officer.board.tap_changed(tap(stage="sent", photo=PHOTO))
    officer.board.tap_changed(verdict())
    answer = await officer.ask(method, path, b'{"cause": "heat", "second": false}', **headers)
    assert answer.status == 403
    assert "Content-Security-Policy" in answer.headers
    assert (officer.checked, officer.purpose) == ([], "record")
    assert officer.chip_notes == ChipNotes()


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost:8001", "localhost", "[::1]:8001"])
async def test_the_page_answers_to_every_name_of_this_computer(officer: Officer, host: str) -> None:
    assert (await officer.ask("GET", "/", Host=host)).status == 200
    own = f"http://{host}"
    assert (await officer.ask("PUT", "/purpose/identify", Host=host, Origin=own)).status == 204


async def test_a_page_shown_by_tls_may_ask_for_what_an_officer_does() -> None:
    own = {"Host": "127.0.0.1:8001", "Origin": "https://127.0.0.1:8001"}

    async def done(_: web.Request) -> web.Response:
        return web.Response(status=204)

    request = make_mocked_request("PUT", "/purpose/identify", headers=own).clone(scheme="https")
    assert (await only_this_computer(request, done)).status == 204


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_health_and_metrics_are_shown_to_the_operators_network(path: str) -> None:
    async def shown(_: web.Request) -> web.Response:
        return web.Response()

    request = make_mocked_request("GET", path, headers={"Host": "172.21.0.5:8001"})
    assert (await only_this_computer(request, shown)).status == 200
