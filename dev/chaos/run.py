"""One run: everything started, cards dealt, fire laid, the ledger settled."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec
from joserfc.jwk import KeySet
from yarl import URL

from dev.chaos import books, city
from dev.chaos.cards import cards, readings
from dev.chaos.changes import Changes
from dev.chaos.city import STANDS
from dev.chaos.fire import Fire, Say
from dev.chaos.household import Household
from dev.chaos.journal import Dealt, Journal, Struck, entries
from dev.chaos.progress import Progress
from dev.chaos.schedule import GATEWAYS, LINKS, REGISTRY, VERIFICATION, Schedule, points_of, service_of
from dev.chaos.striking import Orders
from dev.chaos.told import Told
from dev.demo.site import Site
from dev.faults.link import Link
from dev.ledger.effects import Totals, count
from dev.ledger.feed import FeedReader
from dev.stack.secret_files import AGENCIES
from dev.stack.stack import Stack
from simulator.__main__ import known_issuer

KNOWN_SECONDS = 180.0
HELD_BACK = 0.2
"""Of the deck, for as long as a step was not hit yet."""
LONGEST_HELD_SECONDS = 120.0
"""From when nobody is taken away any more."""
STANDSTILL_SECONDS, STILL_SECONDS = 150.0, 3.0
"""Nothing arrives for so long where a part hangs, and where all has arrived."""
DEAD_LETTERS = "ketuk.dead-letters"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a run."""

    taps: Totals
    changes: Totals
    dead_letters: int
    undisclosed: int
    """Events that never went to their agency."""
    hits: dict[tuple[str, str, str], int]
    """By service, part and step: how often a process ended itself there."""
    missed: tuple[tuple[str, str, str], ...]
    kills: dict[str, int]
    """By process, wherever and by whomever."""
    cuts: int
    still: tuple[str, ...]
    """Who was not ready when nothing more came, and since when; a sentence each."""
    seconds: float
    longest_standstill: float
    """Seconds for which no agency received anything while cards were tapped."""

    @property
    def complaints(self) -> list[str]:
        """What is not as it must be; a sentence each."""
        found = []
        for what, totals in (("taps", self.taps), ("changes of cards", self.changes)):
            found += [
                f"{getattr(totals, name)} effects of {what} were {name}."
                for name in ("lost", "unexpected", "duplicated", "wrong")
                if getattr(totals, name)
            ]
        if self.taps.lost or self.changes.lost:
            found += self.still or ("Every part was ready at the end.",)
        if self.dead_letters:
            found.append(f"{self.dead_letters} messages are in the dead letters, and none belongs there.")
        if self.undisclosed:
            found.append(f"{self.undisclosed} events were not sent to their agency.")
        found += [
            f"Nobody was killed at the step {step} of {part} in {service}."
            for service, part, step in self.missed
        ]
        return found


class Run:
    """The state of one run; the stack has been started, with `city.add_gateways` before."""

    def __init__(self, *, stack: Stack, folder: Path, run: Schedule, say: Say) -> None:
        self._stack = stack
        self._folder = folder
        self._run = run
        self._say = say
        broker = URL(stack.environment()["AMQP_VERIFICATION_URL"]).port or 0
        self._links = {name: Link(to=broker) for group in LINKS for name in group}
        self._issuer = known_issuer(stack.secrets.folder("simulator-issuer.json"))
        self._cards = cards(seed=run.seed, issuer=self._issuer)
        self._feeds = [self._feed(agency) for agency in AGENCIES]
        self._database = stack.postgres.url("verification")

    async def go(self) -> Outcome:
        """Run, and settle the ledger."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        made = readings(self._cards, issuer=self._issuer, secrets=self._stack.secrets)
        self._told("").readings.write_bytes(msgspec.msgpack.encode(made))
        began = time.monotonic()
        async with AsyncExitStack() as links:
            for link in self._links.values():
                await links.enter_async_context(link.running())
            household = Household(stack=self._stack, folder=self._folder, links=self._links)
            changes = self._changes(household)
            await household.start(*VERIFICATION, *REGISTRY)
            await household.until_ready(*VERIFICATION, *REGISTRY)
            await self._enter_city(household)
            await household.start(*GATEWAYS)
            async with asyncio.TaskGroup() as background:
                endless = [background.create_task(feed.run()) for feed in self._feeds]
                endless.append(background.create_task(household.keep()))
                endless.append(background.create_task(household.readiness.watch()))
                progress = Progress(received=lambda: sum(len(feed.received) for feed in self._feeds))
                watching = background.create_task(progress.watch())
                await self._under_fire(household, changes)
                watching.cancel()
                await self._drain(changes)
                still = household.still()
                for each in endless:
                    each.cancel()
            await household.stop()
        return await self._outcome(
            household,
            changes,
            still=still,
            seconds=time.monotonic() - began,
            longest_standstill=progress.longest_standstill,
        )

    async def _enter_city(self, household: Household) -> None:
        site = Site(registry=household.registries[0], feeds={}, vpcd_ports=(), secrets=self._stack.secrets)
        await city.enter(site, cards=self._cards, issuer=self._issuer)
        known = sum(card.status is not None for card in self._cards)
        database = await asyncpg.connect(self._database)
        async with asyncio.timeout(KNOWN_SECONDS):
            while True:
                if await city.is_known(database, cards=known):
                    break
                await asyncio.sleep(0.1)
        await database.close()

    async def _under_fire(self, household: Household, changes: Changes) -> None:
        orders = Orders(began=time.time(), strikes=self._run.strikes)
        fresh = self._told("").orders.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(orders))
        fresh.replace(self._told("").orders)
        fire = Fire(run=self._run, stack=self._stack, household=household, links=self._links, say=self._say)
        async with asyncio.TaskGroup() as tasks:
            burning = tasks.create_task(fire.burn())
            dealing = tasks.create_task(self._deal(burning))
            tasks.create_task(changes.make(more=lambda: self._missed() and not dealing.done()))

    async def _deal(self, burning: asyncio.Task[None]) -> None:
        """Cards evenly over the time; the last ones wait for steps that were not hit, but not for ever."""
        held_since: float | None = None
        hands = {stand: Journal(self._told(stand.process).hand) for stand in STANDS}
        began, deck = time.monotonic(), self._run.deck
        back = len(deck) - int(len(deck) * HELD_BACK)
        for number, (place, card) in enumerate(deck):
            due = began + self._run.seconds * min(number, back) / back
            if number > back and self._missed():
                # while the broker or a database starts nobody comes to any step
                await asyncio.wait({burning})
                held_since = held_since or time.monotonic()
                due = held_since + LONGEST_HELD_SECONDS * (number - back) / (len(deck) - back)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            hands[STANDS[place]].write(Dealt(number=number + 1, card=card % len(self._cards)))

    async def _drain(self, changes: Changes) -> None:
        """Wait until nothing is lost and nothing more comes; give up where all stands still."""
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < STANDSTILL_SECONDS:
            taps, changed = await self._totals(changes)
            now = taps.delivered + taps.redelivered + changed.delivered
            if now != seen:
                seen, since = now, time.monotonic()
            all_there = taps.attempted == len(self._run.deck) and not (taps.lost or changed.lost)
            if all_there and time.monotonic() - since > STILL_SECONDS:
                return
            await asyncio.sleep(1.0)

    async def _totals(self, changes: Changes) -> tuple[Totals, Totals]:
        taps = books.taps(self._folder, [card.kind.value for card in self._cards])
        received = [entry for feed in self._feeds for entry in feed.received]
        effects = [
            *books.at_agencies(received, taps),
            *books.at_gateways(self._folder),
            *await books.decided(self._database),
        ]
        refs = [attempt.name for attempt in changes.attempts]
        return (
            count([tap.attempt for tap in taps], effects),
            count(changes.attempts, await books.projected(self._database, refs)),
        )

    async def _outcome(
        self,
        household: Household,
        changes: Changes,
        *,
        still: tuple[str, ...],
        seconds: float,
        longest_standstill: float,
    ) -> Outcome:
        taps, changed = await self._totals(changes)
        hits: dict[tuple[str, str, str], int] = {}
        for each in self._struck():
            point = (service_of(each.process), each.part, each.step)
            hits[point] = hits.get(point, 0) + 1
        return Outcome(
            taps=taps,
            changes=changed,
            dead_letters=await asyncio.to_thread(self._stack.rabbitmq.depth, "ketuk", DEAD_LETTERS),
            undisclosed=await books.undisclosed(self._stack.postgres.url("registry")),
            hits=hits,
            missed=tuple(sorted(points_of(self._run.strikes) - set(hits))),
            kills=dict(household.kills),
            cuts=sum(link.cuts for link in self._links.values()),
            still=still,
            seconds=seconds,
            longest_standstill=longest_standstill,
        )

    def _missed(self) -> bool:
        return len(self._struck()) < len(self._run.strikes)

    def _struck(self) -> Sequence[Struck]:
        return entries(self._told("").strikes, Struck)

    def _told(self, process: str) -> Told:
        return Told(process=process, folder=self._folder)

    def _changes(self, household: Household) -> Changes:
        return Changes(
            seed=self._run.seed,
            moments=self._run.changes,
            registries=household.registries,
            secrets=self._stack.secrets,
        )

    def _feed(self, agency: str) -> FeedReader:
        found = self._stack.environment()
        return FeedReader(
            institution=agency,
            url=found[f"AMQP_AGENCY_{agency.replace('-', '_').upper()}_URL"],
            heard=lambda _: None,
            keys=KeySet.import_key_set(json.loads(self._stack.secrets.read(f"agency-{agency}/agency.jwks"))),
        )
