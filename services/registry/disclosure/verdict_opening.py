"""A verdict as it arrives from verification: checked, and its personal part opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import msgspec

from chassis.crypto.sealing import BrokenSeal, Opener
from chassis.messaging.batch_consumer import Arrival, Dead
from ketuk_events.catalogue import VERIFICATION
from ketuk_events.evidence import Person
from ketuk_events.names import from_timestamp
from ketuk_events.taps import TapJudged

"""The account on the bus whose verdicts count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A verdict that verification gave."""

    event_id: UUID
    digest: bytes
    """SHA-256 of the message."""
    verdict: TapJudged
    person: Mapping[str, str]
    """The card's biodata by name; empty where the verdict carries none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictReader:
    """Opens verdicts with the registry's key."""

    opener: Opener
    verification: str
    """Verification's signing key, PEM; two while it is replaced."""

    def read(self, arrival: Arrival) -> Judged | Dead:
        """The verdict, or why it must not be worked on."""
        verdict = arrival.event.data
        if not isinstance(verdict, TapJudged):
            return Dead(reason="not a verdict", keep_body=False)
        if arrival.user != VERIFICATION:
            return Dead(reason="a verdict that verification did not give", keep_body=False)
        try:
            person = self._person(verdict)
        except (BrokenSeal, msgspec.DecodeError, ValueError) as broken:
            # what a decoder or a date says may quote what is sealed
            return Dead(reason=str(broken) if isinstance(broken, BrokenSeal) else "the verdict is malformed")
        return Judged(
            event_id=arrival.event.id,
            digest=sha256(arrival.body).digest(),
            verdict=verdict,
            person=person,
        )

    def _person(self, verdict: TapJudged) -> Mapping[str, str]:
        from_timestamp(verdict.began)
        judged = from_timestamp(verdict.judged)
        if verdict.person is None:
            return {}
        content = self.opener.open(
            verdict.person, sender=VERIFICATION, identities=self.verification, sealed_at=judged
        )
        person = msgspec.json.decode(content, type=Person)
        if (person.tap, person.asked) != (verdict.tap, verdict.asked):
            raise BrokenSeal("the sealed part is of another tap")
        return person.attributes
