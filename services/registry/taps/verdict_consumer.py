"""What the registry does with verdicts: writes down who is told what and how the chip was, once."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import structlog

from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.runtime.checkpoints import AtStep, Step, unobserved
from chassis.storage.postgres import Connection, Pool
from registry.chip_health.finding import chip_finding
from registry.chip_health.store import findings as chip_findings
from registry.disclosure.disclosure_messages import QUEUE, Teller
from registry.disclosure.store import agreements, disclosures
from registry.disclosure.verdict_opening import Judged, VerdictReader
from registry.gateways import store as gateways
from registry.gateways.gateway import Gateway
from registry.readers.store import taps as reader_taps
from registry.taps import minutes_store as tap_minutes
from registry.taps import verdict_store as verdicts


class Verdicts:
    """Handles the queue `registry.verdicts`: a batch is one transaction.

    Args:
        pool: the registry's database.
        reader: opens verdicts.
        teller: writes what institutions are told.
        region: of this registry.
        added: is set when disclosures were committed.
        at_step: is told when a batch is decided.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        reader: VerdictReader,
        teller: Teller,
        region: str,
        added: asyncio.Event,
        at_step: AtStep = unobserved,
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._teller = teller
        self._region = region
        self._added = added
        self._at_step = at_step
        self._process = uuid4()
        self._log = structlog.get_logger(part="verdicts")

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """See `message_handler.Handle`."""
        read = [self._reader.read(arrival) for arrival in arrivals]
        judged = [each for each in read if isinstance(each, Judged)]
        async with self._pool.acquire() as connection, connection.transaction():
            remembered = await verdicts.remember(
                connection, [(each.event_id, each.digest) for each in judged]
            )
            first = {
                each.event_id: each
                for each in judged
                if each.event_id in remembered.first_seen and each.digest == remembered.digests[each.event_id]
            }
            known = await gateways.named(
                connection, [each.verdict.asked.gateway for each in first.values()], region=self._region
            )
            await self._note_chips(connection, list(first.values()), known)
            await tap_minutes.count(
                connection, [each.verdict for each in first.values()], process=self._process
            )
            told = await self._tell(connection, list(first.values()), known)
            self._at_step(QUEUE, Step.DECIDED)
        self._added.set()
        for tap, institutions in told:
            self._log.info("disclosed", tap=tap, to=institutions)
        return [self._conclusion(each, remembered.digests) for each in read]

    async def _tell(
        self, connection: Connection, judged: Sequence[Judged], known: Mapping[str, Gateway]
    ) -> list[tuple[str, list[str]]]:
        agreed = await agreements.newest(connection)
        told = {
            each.verdict.tap: self._teller.tell(
                each, agreements=agreed, gateway=known.get(each.verdict.asked.gateway)
            )
            for each in judged
        }
        await disclosures.add(connection, [each for some in told.values() for each in some])
        return [(tap, [each.institution for each in some]) for tap, some in told.items()]

    async def _note_chips(
        self, connection: Connection, judged: Sequence[Judged], known: Mapping[str, Gateway]
    ) -> None:
        findings = [
            chip_finding(verdict, place=known[verdict.asked.gateway].place)
            for verdict in (each.verdict for each in judged)
            if verdict.asked.region == self._region and verdict.asked.gateway in known
        ]
        trusted = [each for each in findings if each is not None]
        await chip_findings.add(connection, trusted)
        await reader_taps.count(connection, [(each.gateway, each.reader, each.judged) for each in trusted])

    def _conclusion(self, read: Judged | Dead, digests: dict[UUID, bytes]) -> Conclusion:
        if isinstance(read, Dead):
            return read
        if read.digest != digests[read.event_id] and read.verdict.person is None:
            # verification keeps the person for a month only, and the effects were those of the whole verdict
            self._log.info("a verdict again, without its person", tap=read.verdict.tap)
            return Settled()
        if read.digest != digests[read.event_id]:
            self._log.error("another verdict under the id of one that stands", tap=read.verdict.tap)
            return Dead(reason="another verdict under the id of one that stands")
        return Settled()
