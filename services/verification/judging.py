"""From opened evidence to the decision that is stored and published."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from chassis.seal import Sealer
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import event, to_wire
from ketuk_events.evidence import Person
from ketuk_events.names import following_id, from_timestamp, to_timestamp
from ketuk_events.outcomes import Outcome
from ketuk_events.taps import TapJudged
from ketuk_events.trace import span_of, traceparent
from verification.biodata import attributes
from verification.card_ref import card_ref
from verification.decisions import Decision
from verification.known import Case
from verification.opening import Opened
from verification.projection import Knowledge
from verification.verdict import Verdict, judge


class NoSuchPurpose(Exception):
    """The tap was for a purpose that no rule describes."""


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

    def decide(self, opened: Opened, *, knowledge: Knowledge, status: str | None, now: datetime) -> Decision:
        """The decision on one tap. Raises NoSuchPurpose."""
        asked = opened.read.asked
        purpose = knowledge.rules.purposes.get(asked.purpose)
        if purpose is None:
            raise NoSuchPurpose
        verdict = judge(
            Case(
                evidence=opened.evidence,
                purpose=purpose,
                purpose_version=knowledge.rules.version,
                gateway_approved=opened.gateway.approved,
                began=from_timestamp(opened.read.began),
                now=now,
                status=status,
                projection_version=knowledge.version,
            )
        )
        said = self._said(opened, verdict, knowledge, now)
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
            digest=digest(opened),
            wire=to_wire(judged),
            judged=said,
        )

    def _said(self, opened: Opened, verdict: Verdict, knowledge: Knowledge, now: datetime) -> TapJudged:
        read = opened.read
        known = attributes(opened.evidence.biodata)
        person = None
        if verdict.outcome == Outcome.VERIFIED and known:
            content = Person(tap=read.tap, asked=read.asked, attributes=known)
            person = self.sealer.seal(msgspec.json.encode(content), now=now)
        return TapJudged(
            tap=read.tap,
            asked=read.asked,
            began=read.began,
            judged=to_timestamp(now),
            outcome=verdict.outcome,
            assurance=verdict.assurance,
            reason=verdict.reason,
            checks=verdict.checks,
            purpose_version=knowledge.rules.version,
            projection_version=knowledge.version,
            card_ref=self.ref(opened),
            person=person,
        )


def digest(opened: Opened) -> bytes:
    """SHA-256 of the evidence in a canonical form."""
    return sha256(msgspec.json.encode(opened.evidence, order="deterministic")).digest()
