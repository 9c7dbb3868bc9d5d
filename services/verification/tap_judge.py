"""From opened evidence to the decision that is stored and published."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from chassis.crypto.sealing import Sealer
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import event, to_wire
from ketuk_events.evidence import Person
from ketuk_events.names import following_id, from_timestamp, to_timestamp
from ketuk_events.outcomes import Outcome
from ketuk_events.taps import TapJudged
from ketuk_events.trace import span_of, traceparent
from verification.decisions.store import Decision
from verification.evidence.opening import Opened
from verification.projection.store import Knowledge
from verification.rules.card_ref import CardHolder, card_ref
from verification.rules.case import Case, KnownCard, OwnCheck
from verification.rules.default_purposes import UNKNOWN
from verification.rules.verdict import Verdict, judge

QUEUE = "verification.readings"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Judges. `sealer` seals for the registry, `card_key` names cards."""

    sealer: Sealer
    card_key: bytes

    def ref(self, opened: Opened) -> str | None:
        """The card's name on the bus, where the card gave its UID."""
        uid = opened.evidence.uid
        return None if uid is None else card_ref(uid, key=self.card_key)

    def decide(
        self,
        opened: Opened,
        *,
        knowledge: Knowledge,
        ref: str | None,
        card: KnownCard | None,
        own_check: OwnCheck,
        now: datetime,
    ) -> Decision:
        """The decision on one tap of the card that is named `ref`; `card` is what the registry told of it."""
        asked = opened.read.asked
        case = Case(
            evidence=opened.evidence,
            purpose=knowledge.rules.purposes.get(asked.purpose, UNKNOWN),
            purpose_version=knowledge.rules.version,
            gateway_approved=opened.gateway.approved,
            began=from_timestamp(opened.read.began),
            now=now,
            status=None if card is None else card.status,
            holder=None
            if card is None or card.holder is None
            else CardHolder(ref=card.holder, key=self.card_key),
            projection_version=knowledge.version,
            own_check=own_check,
        )
        said = self._said(opened, case, judge(case), ref=ref)
        judged = event(
            TAP_JUDGED,
            said,
            event_id=following_id(opened.arrival.event.id, TAP_JUDGED.name),
            region=asked.region,
            source="verification",
            owner=asked.gateway,
            time=now,
            traceparent=traceparent(opened.read.tap, span_of(QUEUE, opened.arrival.event.id)),
        )
        return Decision(
            region=asked.region,
            gateway=asked.gateway,
            tap=opened.read.tap,
            digest=opened.digest,
            wire=to_wire(judged),
            judged=said,
        )

    def _said(self, opened: Opened, case: Case, verdict: Verdict, *, ref: str | None) -> TapJudged:
        read = opened.read
        person = None
        if verdict.outcome == Outcome.VERIFIED and case.attributes:
            content = Person(tap=read.tap, asked=read.asked, attributes=case.attributes)
            person = self.sealer.seal(msgspec.json.encode(content), now=case.now)
        return TapJudged(
            tap=read.tap,
            asked=read.asked,
            began=read.began,
            judged=to_timestamp(case.now),
            outcome=verdict.outcome,
            assurance=verdict.assurance,
            reason=verdict.reason,
            checks=verdict.checks,
            purpose_version=case.purpose_version,
            projection_version=case.projection_version,
            card_ref=ref,
            chip=opened.evidence.chip,
            person=person,
        )
