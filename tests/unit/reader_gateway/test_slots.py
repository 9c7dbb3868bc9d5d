from contextlib import nullcontext

import pytest
from smartcard import scard

from reader_gateway.ktp.apdu import Garbage, Response
from reader_gateway.ktp.protocol import CardLeft, Dialogue, SamAway, SamBroken, ToCard, ToSam
from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.sam_pool import Sam
from reader_gateway.pcsc.transport import Grip, carry_out

ASK = bytes(5)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """What the chip in each slot answers to anything, instead of libpcsclite."""
    answers: dict[str, list[int]] = {"card": [0x90, 0x00], "sam": [0x90, 0x00]}
    monkeypatch.setattr(scard, "SCardEstablishContext", lambda _: (0, 1))
    monkeypatch.setattr(scard, "SCardReleaseContext", lambda _: 0)
    monkeypatch.setattr(scard, "SCardConnect", lambda _, slot, *__: (0, slot, scard.SCARD_PROTOCOL_T1))
    monkeypatch.setattr(scard, "SCardDisconnect", lambda *_: 0)
    monkeypatch.setattr(scard, "SCardBeginTransaction", lambda _: 0)
    monkeypatch.setattr(scard, "SCardTransmit", lambda slot, *_: (0, answers[slot]))
    return answers


def told(step: ToCard | ToSam) -> Response | Exception:
    def dialogue() -> Dialogue[Response | Exception]:
        try:
            return (yield step)
        except (CardLeft, SamAway, SamBroken, Garbage) as why:
            return why

    return carry_out(
        dialogue(),
        card="card",
        lease=lambda: nullcontext(Sam("sam", counter=1)),
        within_seconds=5.0,
        grip=Grip(contexts=Contexts()),
    )


def test_half_an_answer_from_the_card_is_garbage(given: dict[str, list[int]]) -> None:
    given["card"] = [0x6F]
    assert isinstance(told(ToCard(ASK)), Garbage)


@pytest.mark.parametrize("counts_a_try", [True, False])
def test_half_an_answer_from_the_sam_is_the_sams_fault(
    given: dict[str, list[int]], *, counts_a_try: bool
) -> None:
    given["sam"] = [0x6F]
    assert isinstance(told(ToSam(ASK, counts_a_try=counts_a_try)), SamBroken)


def test_no_answer_at_all_means_that_the_chip_is_away(given: dict[str, list[int]]) -> None:
    given["card"] = given["sam"] = []
    assert isinstance(told(ToCard(ASK)), CardLeft)
    assert isinstance(told(ToSam(ASK)), SamAway)
