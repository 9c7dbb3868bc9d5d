"""From a verdict to the messages for those who may know of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from ketuk_events.events import Wire
from ketuk_events.trace import span_of, traceparent
from registry.disclosure.agency_event import EventSigner
from registry.disclosure.agreement import Agreement
from registry.disclosure.disclosure import KINDS, disclosure
from registry.disclosure.entitlement import entitled
from registry.disclosure.verdict_opening import Judged
from registry.gateways.gateway import Gateway
from registry.pseudonyms.pseudonyms import Pseudonyms

QUEUE = "registry.verdicts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """What one institution is told."""

    institution: str
    wire: Wire
    traceparent: str
    """For our own traces; the institution never sees it."""


class Teller:
    """Writes what each entitled institution is told.

    Args:
        signer: signs the messages.
        pseudonym_key: from which each agency's keys are derived.
        pseudonym_key_version: named in each pseudonym.
        region: of this registry.
    """

    def __init__(
        self, *, signer: EventSigner, pseudonym_key: bytes, pseudonym_key_version: int, region: str
    ) -> None:
        self._signer = signer
        self._pseudonym_key = pseudonym_key
        self._pseudonym_key_version = pseudonym_key_version
        self._region = region
        self._pseudonyms: dict[str, Pseudonyms] = {}

    def tell(
        self, judged: Judged, *, agreements: Iterable[Agreement], gateway: Gateway | None
    ) -> list[Disclosure]:
        """The messages that follow from a verdict; none where the registry has no record of the gateway."""
        kind = KINDS.get(judged.verdict.outcome)
        if kind is None or gateway is None or judged.verdict.asked.region != self._region:
            return []
        told = []
        for agreement in entitled(agreements, verdict=judged.verdict, gateway=gateway):
            pseudonyms = self._towards(agreement.institution)
            wire = self._signer.signed(
                kind,
                disclosure(
                    judged.verdict,
                    person=judged.person,
                    agreement=agreement,
                    gateway=gateway,
                    pseudonyms=pseudonyms,
                ),
                event_id=pseudonyms.event(judged.event_id),
            )
            header = traceparent(judged.verdict.tap, span_of(QUEUE, judged.event_id))
            told.append(Disclosure(institution=agreement.institution, wire=wire, traceparent=header))
        return told

    def _towards(self, institution: str) -> Pseudonyms:
        if institution not in self._pseudonyms:
            self._pseudonyms[institution] = Pseudonyms.towards(
                institution,
                master=self._pseudonym_key,
                version=self._pseudonym_key_version,
                region=self._region,
            )
        return self._pseudonyms[institution]
