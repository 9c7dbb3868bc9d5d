"""What the watch tells of pcscd's answers; scripted instead of libpcsclite."""

import asyncio
import threading

import pytest
from smartcard import scard

from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.slot_monitor import Watch
from reader_gateway.ports.card_reader import Presence, Sighting

SLOT = "Ketuk 0 00 00"
EMPTY, CARD = scard.SCARD_STATE_EMPTY, scard.SCARD_STATE_PRESENT
NOTHING_NEW = scard.SCARD_E_TIMEOUT
Answer = tuple[int, int]
"""A state, and how many cards came and went."""


async def told(monkeypatch: pytest.MonkeyPatch, *answers: Answer | None) -> list[tuple[Presence, int]]:
    """What is told when pcscd answers so, one after the other; None stands for nothing new."""
    script, over = list(answers), threading.Event()

    def change(*_: object) -> tuple[int, list[tuple[str, int, list[int]]]]:
        if not script:
            over.set()
            return NOTHING_NEW, []
        if (answer := script.pop(0)) is None:
            return NOTHING_NEW, []
        state, counter = answer
        return scard.SCARD_S_SUCCESS, [(SLOT, state | scard.SCARD_STATE_CHANGED | counter << 16, [])]

    monkeypatch.setattr(scard, "SCardEstablishContext", lambda _: (0, 1))
    monkeypatch.setattr(scard, "SCardReleaseContext", lambda _: 0)
    monkeypatch.setattr(scard, "SCardListReaders", lambda *_: (0, [SLOT]))
    monkeypatch.setattr(scard, "SCardGetStatusChange", change)
    seen: list[Sighting] = []
    loop = asyncio.get_running_loop()
    watch = Watch(loop=loop, seen=seen.append, looked=lambda: None, contexts=Contexts())
    watch.start()
    await asyncio.to_thread(over.wait, 5)
    await watch.stop()
    return [(each.presence, each.counter) for each in seen if each.presence is not Presence.GONE]


async def test_a_card_whose_counter_comes_after_it_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(monkeypatch, (EMPTY, 4), (CARD, 4), (CARD, 5), (EMPTY, 6)) == [
        (Presence.EMPTY, 4),
        (Presence.CARD, 5),
        (Presence.EMPTY, 6),
    ]


async def test_an_empty_slot_whose_counter_comes_after_it_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await told(monkeypatch, (CARD, 5), (EMPTY, 5), (EMPTY, 6)) == [
        (Presence.CARD, 5),
        (Presence.EMPTY, 6),
    ]


async def test_a_card_whose_counter_never_comes_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(monkeypatch, (EMPTY, 4), (CARD, 4), None) == [(Presence.EMPTY, 4), (Presence.CARD, 4)]


async def test_the_next_card_is_told_though_nobody_saw_the_slot_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await told(monkeypatch, (CARD, 5), (CARD, 7)) == [(Presence.CARD, 5), (Presence.CARD, 7)]


async def test_a_card_that_is_there_at_the_start_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(monkeypatch, (CARD, 0)) == [(Presence.CARD, 0)]


async def test_a_card_that_falls_silent_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mute = CARD | scard.SCARD_STATE_MUTE
    assert await told(monkeypatch, (CARD, 5), (mute, 5)) == [(Presence.CARD, 5), (Presence.MUTE, 5)]
