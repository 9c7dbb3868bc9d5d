"""A KTP-el terminal on a pseudo-terminal: cards and fingers come and go, and it errs where it is told to.

Where the serial protocol is silent this is a guess, and only that: what poll says of a card that was lifted
(0 here), and of a terminal that is opened twice (an error here, until it is reset).
"""

import asyncio
import os
import pty
import re
import tty
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path

from simulator import biodata
from simulator.residents import resident

_REQUEST = re.compile(rb"ektp([a-z]+)((?:#[^#;]*)*?)#;")
_LONGEST_REQUEST = 1_024
_CHUNK = 4_096
LONG_WORDS = {"put": "putktp", "log": "machinelg"}
"""How some firmware words two of its answers."""


class CardState(IntEnum):
    """What poll says of the card."""

    LIFTED = 0
    TIMEOUT = 3
    WAITING = 18
    ERROR = 27
    OK = 34


class FingerState(IntEnum):
    """What poll says of the finger."""

    NONE = 0
    TIMEOUT = 3
    WAITING = 19
    NO_MATCH = 30
    MATCH = 35


class Finger(StrEnum):
    """What lies on the sensor."""

    HOLDERS = "holder's"
    OTHERS = "another's"


@dataclass(frozen=True, kw_only=True, slots=True)
class LaidCard:
    """A card as a terminal knows it."""

    text: bytes = b""
    """Its biodata."""
    fingers: tuple[str, ...] = ("2", "7")
    readable: bool = True
    """False: the terminal fails on it, for whatever reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """How the terminal errs on a verb."""

    payload: bytes | None = None
    """Says this instead."""
    before: bytes = b""
    """Noise on the line before the answer."""
    after: bytes = b""
    cut_at: int | None = None
    """Stops after so many bytes of the answer."""
    delay: float = 0.0
    """Seconds."""


def laid_card(number: int, *, seed: int) -> LaidCard:
    """The card of an invented resident."""
    return LaidCard(text=biodata.write(resident(number, seed=seed).fields))


@dataclass(kw_only=True)
class SerialTerminal:
    """One terminal. Use it in an event loop; `plug` it in first, and `unplug` it at the end."""

    words: dict[str, str] = field(default_factory=dict)
    """What it calls its answers, where that is not the verb."""
    faults: dict[str, Fault] = field(default_factory=dict)
    """By verb, until they are taken away."""
    heard: list[tuple[str, ...]] = field(default_factory=list)
    """Every request: its verb and its arguments."""
    is_open: bool = False
    card_state: int = CardState.LIFTED
    finger_state: int = FingerState.NONE

    def __post_init__(self) -> None:
        self._card: LaidCard | None = None
        self._finger: Finger | None = None
        self._something = asyncio.Event()
        self._path: Path | None = None
        self._ends: tuple[int, int] | None = None
        self._held = b""
        self._requests: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
        self._work: asyncio.Task[None] | None = None

    def plug(self, path: Path) -> None:
        """Its port appears at a path. Without power it had forgotten everything."""
        self._forget()
        self._ends = master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        path.symlink_to(os.ttyname(slave))
        self._path = path
        loop = asyncio.get_running_loop()
        loop.add_reader(master, self._arrives, master)
        self._requests = asyncio.Queue()
        self._work = loop.create_task(self._answer_all())

    def unplug(self) -> None:
        """Its port is gone, in the middle of whatever it did."""
        if self._ends is None or self._path is None or self._work is None:
            return
        self._work.cancel()
        asyncio.get_running_loop().remove_reader(self._ends[0])
        self._path.unlink()
        for end in self._ends:
            os.close(end)
        self._ends = None

    def lay(self, card: LaidCard) -> None:
        """A card comes into the field."""
        self._card = card
        self._something.set()

    def lift(self) -> None:
        """The card leaves it."""
        self._card = None
        if self.card_state == CardState.OK:
            self.card_state = CardState.LIFTED

    def touch(self, finger: Finger) -> None:
        """A finger comes onto the sensor; it stays until it was looked at."""
        self._finger = finger
        self._something.set()

    async def blurt(self, text: bytes) -> None:
        """Something is on the line that nobody asked for."""
        await self._write(text)

    def _forget(self) -> None:
        self.is_open = False
        self._held = b""
        self.card_state, self.finger_state = CardState.LIFTED, FingerState.NONE

    def _arrives(self, master: int) -> None:
        with suppress(OSError):
            self._held += os.read(master, _CHUNK)
        while (found := _REQUEST.search(self._held)) is not None:
            self._held = self._held[found.end() :]
            args = found[2].decode("ascii", errors="replace").split("#")[1:]
            self._requests.put_nowait((found[1].decode(), *args))
        self._held = self._held[-_LONGEST_REQUEST:]

    async def _answer_all(self) -> None:
        while True:
            verb, *args = await self._requests.get()
            self.heard.append((verb, *args))
            payload = await self._payload(verb, args)
            fault = self.faults.get(verb, Fault())
            await asyncio.sleep(fault.delay)
            said = payload if fault.payload is None else fault.payload
            answer = b"$" + self.words.get(verb, verb).encode() + b"#" + said + b"#;"
            await self._write(fault.before + answer[: fault.cut_at] + fault.after)

    async def _write(self, text: bytes) -> None:
        while text and self._ends is not None:
            try:
                text = text[os.write(self._ends[0], text) :]
            except BlockingIOError:
                await asyncio.sleep(0.001)

    async def _payload(self, verb: str, args: Sequence[str]) -> bytes:
        simple: dict[str, Callable[[], bytes]] = {
            "ack": lambda: b"ketukektpreader",
            "open": self._open,
            "reset": self._reset,
            "close": self._close,
        }
        if verb in simple:
            return simple[verb]()
        if not self.is_open:
            return b"error,not open"
        slow: dict[str, Callable[[Sequence[str]], Awaitable[bytes]]] = {
            "info": self._info,
            "poll": self._poll,
            "put": self._put,
            "demog": self._demog,
            "finger": self._compare,
            "log": self._log,
        }
        return await slow[verb](args) if verb in slow else b"error,unknown"

    def _open(self) -> bytes:
        if self.is_open:
            return b"-1"
        self.is_open = True
        return b"0"

    def _reset(self) -> bytes:
        self._forget()
        return b"0"

    def _close(self) -> bytes:
        self.is_open = False
        return b"0"

    async def _info(self, _: Sequence[str]) -> bytes:
        return b"Ketuk-Terminal,SIM0001,1.0"

    async def _poll(self, _: Sequence[str]) -> bytes:
        return f"0,{int(self.card_state)},{int(self.finger_state)},0".encode()

    async def _log(self, _: Sequence[str]) -> bytes:
        return b"kosong"

    async def _put(self, args: Sequence[str]) -> bytes:
        self.card_state = CardState.WAITING
        await self._until(lambda: self._card is not None, float(args[0]))
        if self._card is None:
            self.card_state = CardState.TIMEOUT
            return b"error,timeout"
        if not self._card.readable:
            self.card_state = CardState.ERROR
            return b"error,card"
        self.card_state = CardState.OK
        return ",".join(("0", *self._card.fingers)).encode()

    async def _demog(self, _: Sequence[str]) -> bytes:
        return b"error,no card" if self._card is None else self._card.text

    async def _compare(self, args: Sequence[str]) -> bytes:
        self.finger_state = FingerState.WAITING
        await self._until(lambda: self._finger is not None, float(args[0]))
        finger, self._finger = self._finger, None
        if finger is None:
            self.finger_state = FingerState.TIMEOUT
            return b"error,timeout"
        matches = finger is Finger.HOLDERS
        self.finger_state = FingerState.MATCH if matches else FingerState.NO_MATCH
        return b"Y" if matches else b"N"

    async def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not holds():
                    self._something.clear()
                    await self._something.wait()
