"""Takes `card.read` in batches: open, judge, store, and let what was decided be published.

This is where a tap is decided.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Counter

from chassis.batches import Arrival, Conclusion, Dead, Settled
from chassis.postgres import Pool
from chassis.seal import Opener
from ketuk_events.taps import CardRead
from verification import decisions, projection
from verification.decisions import Decision
from verification.judging import Bench, NoSuchPurpose, digest
from verification.opening import Opened, Unauthenticated, open_reading
from verification.projection import Knowledge


class Readings:
    """The handler of the queue `verification.readings`."""

    def __init__(
        self,
        *,
        pool: Pool,
        opener: Opener,
        bench: Bench,
        clock: Callable[[], datetime],
        metrics: CollectorRegistry,
    ) -> None:
        self._pool = pool
        self._opener = opener
        self._bench = bench
        self._clock = clock
        self._log = structlog.get_logger(part="readings")
        self._judged = Counter(
            "ketuk_taps_judged", "Taps judged, by how they were published.", ["what"], registry=metrics
        )
        self._verdicts = Counter(
            "ketuk_verdicts",
            "Verdicts, each tap once; `reason` is the check that decided and its code.",
            ["purpose", "outcome", "reason"],
            registry=metrics,
        )

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """One transaction for the batch; see `chassis.batches.Handle`."""
        async with self._pool.acquire() as connection, connection.transaction():
            knowledge = await projection.know(connection, gateways=map(_gateway, arrivals))
            opened = [self._opened(arrival, knowledge) for arrival in arrivals]
            readings = [each for each in opened if isinstance(each, Opened)]
            stands = await decisions.standing(connection, [_key(each) for each in readings])
            refs = [ref for each in readings if (ref := self._bench.ref(each)) is not None]
            status = await projection.statuses(connection, refs)
            decided = {
                key: self._decide(each, knowledge, status)
                for each in readings
                if (key := _key(each)) not in stands
            }
            fresh = [each for each in decided.values() if isinstance(each, Decision)]
            await decisions.store(connection, fresh)
            # where another process was faster its decision stands, so read what is there now
            stands |= await decisions.standing(connection, [each.key for each in fresh])
        self._count(fresh)
        return [
            each
            if isinstance(each, Dead)
            else self._conclude(each, stands.get(_key(each)), decided.get(_key(each)))
            for each in opened
        ]

    def _count(self, fresh: Sequence[Decision]) -> None:
        for judged in (each.judged for each in fresh):
            if judged is not None:
                why = judged.reason
                reason = "" if why is None else f"{why.check}/{why.code}"
                self._verdicts.labels(judged.asked.purpose, judged.outcome, reason).inc()

    def _opened(self, arrival: Arrival, knowledge: Knowledge) -> Opened | Dead:
        try:
            return open_reading(arrival, gateways=knowledge.gateways, opener=self._opener)
        except Unauthenticated as why:
            return Dead(reason=str(why))

    def _decide(self, opened: Opened, knowledge: Knowledge, status: dict[str, str]) -> Decision | Dead:
        known = status.get(self._bench.ref(opened) or "")
        try:
            return self._bench.decide(opened, knowledge=knowledge, status=known, now=self._clock())
        except NoSuchPurpose:
            return Dead(reason="no such purpose")

    def _conclude(
        self, opened: Opened, stands: Decision | None, decided: Decision | Dead | None
    ) -> Conclusion:
        if stands is None:
            return decided if isinstance(decided, Dead) else Dead(reason="no decision")
        log = self._log.bind(tap=opened.read.tap, gateway=opened.read.asked.gateway)
        if stands.digest != digest(opened):
            self._judged.labels("conflicting").inc()
            log.error("other evidence for a tap that was judged")
            return Settled()
        self._judged.labels("first" if decided is not None else "again").inc()
        log.info("judged", again=decided is None)
        return Settled(follows=(stands.wire,))


def _gateway(arrival: Arrival) -> str:
    data = arrival.event.data
    return f"{data.asked.region}.{data.asked.gateway}" if isinstance(data, CardRead) else ""


def _key(opened: Opened) -> tuple[str, str, str]:
    return opened.read.asked.region, opened.read.asked.gateway, opened.read.tap
