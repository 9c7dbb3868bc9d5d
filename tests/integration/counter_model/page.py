"""The counter page as an officer's browser follows it, and what it must never show."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

JUDGED = frozenset({"verified", "refused", "inconclusive", "alive"})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What verification said of a tap."""

    reader: str
    outcome: str


class Page:
    """Follows `/events`, and notes each picture that shows a verdict where it does not belong.

    A verdict carries its tap's id as a detail of a check, so a picture tells whose verdict it shows.
    """

    def __init__(self, *, address: str) -> None:
        self._address = address
        self.verdicts: dict[str, Verdict] = {}
        """What was said of each tap, before it can be on the page."""
        self.taps: dict[str, str] = {}
        """Every tap that was ever shown, to its reader."""
        self.now: Mapping[str, Any] | None = None
        """The newest picture; None while there is no connection."""
        self.wrong: list[str] = []

    @asynccontextmanager
    async def followed(self) -> AsyncIterator["Page"]:
        task = asyncio.create_task(self._follow())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait({task})

    def forget(self) -> None:
        """Nothing was ever shown or said."""
        self.verdicts, self.taps, self.wrong = {}, {}, []

    def panel(self, reader: str) -> Mapping[str, Any]:
        """A reader's panel; empty while there is none."""
        panels = () if self.now is None else self.now["readers"]
        return next((each for each in panels if each["name"] == reader), {})

    def look(self, tap: str) -> str | None:
        """How a tap is shown among the recent ones."""
        shown = () if self.now is None else self.now["taps"]
        return next((each["look"] for each in shown if each["tap"] == tap), None)

    def newest(self, reader: str) -> str:
        """The newest tap of a reader that was ever shown; ids of taps sort by time."""
        return max((tap for tap, at in self.taps.items() if at == reader), default="")

    async def _follow(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=20)) as session:
            while True:
                try:
                    async with session.get(f"{self._address}/events?lang=en") as answer:
                        async for line in answer.content:
                            if line.startswith(b"data:"):
                                self._show(json.loads(line[5:]))
                except (aiohttp.ClientError, TimeoutError):
                    pass
                self._show(None)
                await asyncio.sleep(0.02)

    def _show(self, picture: Mapping[str, Any] | None) -> None:
        if picture is not None:
            self._check(picture)
        self.now = picture

    def _check(self, picture: Mapping[str, Any]) -> None:
        for tap in picture["taps"]:
            self.taps.setdefault(tap["tap"], tap["reader"])
            if tap["look"] in JUDGED and self.verdicts.get(tap["tap"]) != Verdict(
                reader=tap["reader"], outcome=tap["look"]
            ):
                self.wrong.append(f"{tap['tap']} on {tap['reader']} is shown as {tap['look']}")
        for panel in picture["readers"]:
            if panel["look"] not in JUDGED:
                continue
            newest = self.newest(panel["name"])
            checks = " ".join(each["text"] for each in panel["checks"])
            if f"({newest})" not in checks or self.verdicts[newest].outcome != panel["look"]:
                self.wrong.append(
                    f"{panel['name']} shows {panel['look']} ({checks}) where its tap is {newest}"
                )
