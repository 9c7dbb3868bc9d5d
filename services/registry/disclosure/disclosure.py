"""What one agency is told of a tap: what its agreement grants and nothing else."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from joserfc import jwe
from joserfc.jwk import ECKey

from ketuk_events.agency import CardOutcome, Rules
from ketuk_events.catalogue import CARD_INCONCLUSIVE, CARD_REFUSED, CARD_VERIFIED, Kind
from ketuk_events.outcomes import Outcome
from ketuk_events.taps import TapJudged
from registry.disclosure.agreement import Agreement
from registry.gateways.gateway import Gateway
from registry.pseudonyms.pseudonyms import Pseudonyms

KINDS: dict[str, Kind] = {
    Outcome.VERIFIED: CARD_VERIFIED,
    Outcome.REFUSED: CARD_REFUSED,
    Outcome.INCONCLUSIVE: CARD_INCONCLUSIVE,
}
"""The message for each outcome that agencies hear of."""

_HEADER = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}


def disclosure(
    verdict: TapJudged,
    *,
    person: Mapping[str, str],
    agreement: Agreement,
    gateway: Gateway,
    pseudonyms: Pseudonyms,
) -> CardOutcome:
    """Return the verdict as the agency may know it.

    Who it was is told of a verified card alone: what an unproven card says of a person is nobody's word.

    Args:
        verdict: of the tap.
        person: the card's biodata by name.
        agreement: under which the agency may know.
        gateway: that asked, as the registry has it; where it stands is not taken from its own word.
        pseudonyms: towards the agency.
    """
    verified = verdict.outcome == Outcome.VERIFIED
    nik = person.get("nik")
    return CardOutcome(
        audience=agreement.institution,
        tap=pseudonyms.tap(verdict.tap),
        tapped=verdict.began,
        place=gateway.place,
        reader=verdict.asked.reader,
        officer=verdict.asked.officer,
        outcome=verdict.outcome,
        assurance=verdict.assurance,
        reason="" if verdict.reason is None else f"{verdict.reason.check}/{verdict.reason.code}",
        rules=Rules(
            purpose=verdict.asked.purpose,
            purpose_version=verdict.purpose_version,
            agreement=agreement.reference,
            agreement_version=agreement.version,
        ),
        person=pseudonyms.person(nik) if verified and nik else None,
        attributes=_granted(person, agreement) if verified else None,
    )


def _granted(person: Mapping[str, str], agreement: Agreement) -> str | None:
    granted = {name: person[name] for name in sorted(agreement.attributes) if name in person}
    if not granted or agreement.public_key is None:
        return None
    key = _imported(tuple(sorted(agreement.public_key.items())))
    header = {**_HEADER, "kid": key.kid} if key.kid else _HEADER
    return jwe.encrypt_compact(header, msgspec.json.encode(granted), key)


@lru_cache(maxsize=1_000)
def _imported(key: tuple[tuple[str, str], ...]) -> ECKey:
    return ECKey.import_key(dict(key))
