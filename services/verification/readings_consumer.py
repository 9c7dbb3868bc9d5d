"""Takes `card.read` in batches: open, judge, store, and let what was decided be published.

This is where a tap is decided.
"""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from typing import TypeAlias

import structlog
from prometheus_client import CollectorRegistry, Counter

from chassis.crypto.key_ring import Recipients
from chassis.crypto.sealing import Opener
from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.observability.metrics import OTHER
from chassis.runtime.checkpoints import AtStep, Step, unobserved
from chassis.storage.postgres import Pool
from ketuk_events.names import from_timestamp
from ketuk_events.projection import KeyPublished
from ketuk_events.taps import CardRead, TapJudged
from verification.alarms import of_checks, other_evidence
from verification.decisions import store as decisions
from verification.decisions.store import Decision, Gone
from verification.evidence.opening import Opened, Unauthenticated, open_reading
from verification.projection import store as projection
from verification.projection.store import Knowledge
from verification.rules.case import KnownCard, OwnCheck
from verification.tap_judge import QUEUE, Bench

Taps: TypeAlias = defaultdict[str, defaultdict[str, list[str]]]
"""How they were published, and by gateway: one line of the log for a batch."""


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
        recipients: Recipients | None = None,
        at_step: AtStep = unobserved,
    ) -> None:
        """`recipients` learns the registry's keys, where the sealer of the bench follows them.

        `at_step` is told when a batch is decided.
        """
        self._pool = pool
        self._recipients = recipients
        self._learnt: tuple[KeyPublished, ...] = ()
        self._opener = opener
        self._bench = bench
        self._clock = clock
        self._at_step = at_step
        self._log = structlog.get_logger(part="readings").bind()  # once, rather than for each line
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
        """One write for the batch, and that is its transaction; see `message_handler.Handle`."""
        async with self._pool.acquire() as connection:
            knowledge = await projection.know(connection, gateways=map(_gateway, arrivals))
            self._learn(knowledge.keys)
            opened = [self._opened(arrival, knowledge) for arrival in arrivals]
            readings = [each for each in opened if isinstance(each, Opened)]
            stands, past = await decisions.standing(connection, [_key(each) for each in readings])
            undecided = {key: each for each in readings if (key := _key(each)) not in stands}
            refs = {key: self._bench.ref(each) for key, each in undecided.items()}
            cards = await projection.cards(connection, filter(None, refs.values()))
            issuers, now = knowledge.issuers, self._clock()
            # with nothing between them: so what they work with stays in the processor's cache
            own_checks = {
                key: issuers.check(each.evidence, at=from_timestamp(each.read.began))
                for key, each in undecided.items()
            }
            decided = {
                key: self._decide(
                    each,
                    knowledge,
                    past,
                    ref=refs[key],
                    cards=cards,
                    own_check=own_checks[key],
                    now=now,
                )
                for key, each in undecided.items()
            }
            fresh = [each for each in decided.values() if isinstance(each, Decision)]
            self._at_step(QUEUE, Step.DECIDED)
            stands |= await decisions.store(connection, fresh)
        self._count(fresh, knowledge)
        taps: Taps = defaultdict(lambda: defaultdict(list))
        concluded = [
            each
            if isinstance(each, Dead)
            else self._conclude(each, stands.get(key := _key(each)), decided.get(key), taps)
            for each in opened
        ]
        for what, by_gateway in taps.items():
            self._judged.labels(what).inc(sum(map(len, by_gateway.values())))
            self._log.info("judged", what=what, taps=by_gateway)
        return concluded

    def _learn(self, keys: tuple[KeyPublished, ...]) -> None:
        if keys is not self._learnt and self._recipients is not None:
            for key in keys:
                self._recipients.learn(key)
        self._learnt = keys

    def _count(self, fresh: Sequence[Decision], knowledge: Knowledge) -> None:
        purposes = knowledge.rules.purposes
        verdicts = Tally(_verdict(each.judged, purposes) for each in fresh if each.judged is not None)
        for labels, count in verdicts.items():
            self._verdicts.labels(*labels).inc(count)

    def _opened(self, arrival: Arrival, knowledge: Knowledge) -> Opened | Dead:
        try:
            return open_reading(arrival, gateways=knowledge.gateways, opener=self._opener)
        except Unauthenticated as why:
            return Dead(reason=str(why), keep_body=why.may_pass)

    def _decide(
        self,
        opened: Opened,
        knowledge: Knowledge,
        past: Gone,
        *,
        ref: str | None,
        cards: dict[str, KnownCard],
        own_check: OwnCheck,
        now: datetime,
    ) -> Decision | Dead:
        if past.covers(opened.read.tap):
            return Dead(reason="older than the decisions that are kept: it may have been judged")
        card = None if ref is None else cards.get(ref)
        return self._bench.decide(
            opened, knowledge=knowledge, ref=ref, card=card, own_check=own_check, now=now
        )

    def _conclude(
        self,
        opened: Opened,
        stands: Decision | None,
        decided: Decision | Dead | None,
        taps: Taps,
    ) -> Conclusion:
        """What follows; the tap is added to those of `taps` that go the same way."""
        if stands is None:
            return decided if isinstance(decided, Dead) else Dead(reason="no decision")
        if stands.digest != opened.digest:
            taps["conflicting"][opened.read.asked.gateway].append(opened.read.tap)
            self._log.error(
                "other evidence for a tap that was judged",
                tap=opened.read.tap,
                gateway=opened.read.asked.gateway,
            )
            return Settled(follows=(other_evidence(opened, card_ref=self._bench.ref(opened), stands=stands),))
        taps["first" if decided is not None else "again"][opened.read.asked.gateway].append(opened.read.tap)
        return Settled(follows=(stands.wire, *of_checks(stands)))


def _verdict(judged: TapJudged, purposes: Container[str]) -> tuple[str, str, str]:
    """The labels: of all that a gateway may say none is one."""
    why, purpose = judged.reason, judged.asked.purpose
    return (
        purpose if purpose in purposes else OTHER,
        judged.outcome,
        "" if why is None else f"{why.check}/{why.code}",
    )


def _gateway(arrival: Arrival) -> str:
    data = arrival.event.data
    return f"{data.asked.region}.{data.asked.gateway}" if isinstance(data, CardRead) else ""


def _key(opened: Opened) -> tuple[str, str, str]:
    return opened.read.asked.region, opened.read.asked.gateway, opened.read.tap
