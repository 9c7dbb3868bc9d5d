"""One run of the demo: everything started, cards tapped, parts killed, the ledger settled."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from dev.demo.city import enter_city
from dev.demo.deck import deck, endless
from dev.demo.faults import Faults
from dev.demo.services import COUNTERS, Counter
from dev.demo.site import Site
from dev.ledger.account import Account, settle
from dev.ledger.entries import Received, Tapped
from dev.ledger.feed import FeedReader
from simulator.__main__ import known_issuer
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.reader import VirtualReader
from simulator.sam import Sam

CARDS_IN_ENDLESS_DEMO = 400
DRAIN_SECONDS = 120.0
STILL_SECONDS = 3.0
"""How long nothing more must come before the run counts as drained."""

Say = Callable[[str], None]


@dataclass(kw_only=True)
class Run:
    """The state of one run.

    Args:
        site: where the parts are; they have been started.
        seed: decides cards and their order.
        taps: how many; None: until stopped.
        say: tells the person at the keyboard.
        kill: parts to kill in the middle.
        faults: what kills them.
        proven: the readers read a card a moment ago, so none can be found unproven.
    """

    site: Site
    seed: int
    taps: int | None
    say: Say
    kill: Sequence[str] = ()
    faults: Faults | None = None
    proven: bool = False
    tapped: list[Tapped] = field(default_factory=list)
    feeds: list[FeedReader] = field(default_factory=list)
    readers: list[VirtualReader] = field(default_factory=list)
    hands: list[list[SimulatedCard]] = field(default_factory=list)
    """The cards, by reader, in the order of their taps."""
    _is_enough: bool = False

    def __post_init__(self) -> None:
        """Choose the cards."""
        self.hands = self._hands()

    async def go(self) -> Account:
        """Run, and settle the ledger."""
        site, hands = self.site, self.hands
        await enter_city(site, cards=[card for hand in hands for card in hand], issuer=self.issuer())
        self.feeds = [
            FeedReader(institution=agency, url=url, trust=site.trust, heard=self._heard)
            for agency, url in site.feeds.items()
        ]
        async with AsyncExitStack() as cleanup:
            listening = [asyncio.create_task(feed.run()) for feed in self.feeds]
            cleanup.push_async_callback(_end, listening)
            self.readers = [
                await cleanup.enter_async_context(
                    VirtualReader(
                        number=counter.number, port=site.vpcd_ports[counter.number], sam=self.sam()
                    ).running()
                )
                for counter in COUNTERS
            ]
            await self._tap_all(self.readers, hands)
            await self._drain()
        return settle(self.tapped, self.received())

    def enough(self) -> None:
        """No further card is tapped; the run ends as it does after the last one."""
        self._is_enough = True

    def received(self) -> list[Received]:
        """All that any agency received."""
        return [entry for feed in self.feeds for entry in feed.received]

    def _hands(self) -> list[list[SimulatedCard]]:
        issuer, other = self.issuer(), Issuer.generate()
        taps = self.taps or CARDS_IN_ENDLESS_DEMO
        number = iter(range(10 * taps))
        if self.taps is None:
            kinds: list[Sequence[str]] = [
                [kind for kind, _ in zip(endless(seed=self.seed, reader=reader), range(taps), strict=False)]
                for reader in range(len(COUNTERS))
            ]
        else:
            kinds = list(deck(taps=taps, seed=self.seed, readers=len(COUNTERS), proven=self.proven))
        return [
            [make_card(Kind(kind), next(number), seed=self.seed, issuer=issuer, other=other) for kind in hand]
            for hand in kinds
        ]

    async def _tap_all(self, readers: list[VirtualReader], hands: list[list[SimulatedCard]]) -> None:
        middle = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for reader, counter, hand in zip(readers, COUNTERS, hands, strict=True):
                tasks.create_task(self._tap_hand(reader, counter, iter(hand), middle))
            if self.faults is not None:
                tasks.create_task(self._kill_in_the_middle(self.faults, readers, middle))

    async def _tap_hand(
        self, reader: VirtualReader, counter: Counter, hand: Iterator[SimulatedCard], middle: asyncio.Event
    ) -> None:
        pause = random.Random(f"{self.seed}/{counter.number}")  # noqa: S311  no secret
        for card in hand:
            if self._is_enough:
                return
            done = await reader.tap(card)
            self.tapped.append(
                Tapped(
                    institution=counter.gateway,
                    reader=counter.reader,
                    kind=done.kind,
                    entered=done.entered,
                    powered=done.powered,
                    left=done.left,
                )
            )
            noticed = round((done.powered - done.entered).total_seconds() * 1000)
            self.say(
                f"{len(self.tapped):>4}  {counter.gateway}/{counter.reader}: a card of the kind {card.kind} "
                f"was noticed after {noticed} ms"
            )
            if self.taps is not None and len(self.tapped) >= self.taps // 2:
                middle.set()
            await asyncio.sleep(pause.uniform(0.05, 0.3))

    async def _kill_in_the_middle(
        self, faults: Faults, readers: list[VirtualReader], middle: asyncio.Event
    ) -> None:
        await middle.wait()
        for part in self.kill:
            self.say(f"      kill -9 {part}")
            await faults.kill(part, readers=readers)
            self.say(f"      {part} is back")

    async def _drain(self) -> None:
        """Wait until every tap has an event and nothing more comes; give up after a bound."""
        loop = asyncio.get_running_loop()
        deadline, seen, still_since = loop.time() + DRAIN_SECONDS, -1, loop.time()
        while loop.time() < deadline:
            now = len(self.received())
            if now != seen:
                seen, still_since = now, loop.time()
            elif loop.time() - still_since > STILL_SECONDS and settle(self.tapped, self.received()).lost == 0:
                return
            await asyncio.sleep(0.1)

    def _heard(self, received: Received) -> None:
        because = f", because of {received.reason}" if received.reason else ""
        self.say(f"      agency {received.institution} hears: {received.outcome}{because}")

    def issuer(self) -> Issuer:
        """Whose cards these are."""
        return known_issuer(self.site.secrets.folder("simulator-issuer.json"))

    def sam(self, issuer: Issuer | None = None) -> Sam:
        """A SAM of the cards' issuer, or of another, that opens with the stack's secrets."""
        return Sam(
            issuer or self.issuer(),
            pcid=bytes.fromhex(self.site.secrets.read("sam_pcid")),
            conf=bytes.fromhex(self.site.secrets.read("sam_conf")),
        )


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
