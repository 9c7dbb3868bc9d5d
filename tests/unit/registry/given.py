"""Verdicts, gateways and agreements to start from; all names in them are invented."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from joserfc.jwk import ECKey
from msgspec.structs import replace as replaced

from dev.contract.examples import examples
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.taps import CheckResult, TapJudged
from registry.disclosure.agreement import Agreement
from registry.gateways.gateway import Gateway
from registry.pseudonyms.pseudonyms import Pseudonyms

NIK = "3372990101900001"
PERSON = {
    "nik": NIK,
    "name": "CONTOH WARGA",
    "address": "JL CONTOH 1",
    "occupation": "GURU",
    "religion": "TIDAK DISEBUT",
    "blood": "AB",
}
GATEWAY = Gateway(
    name="kelurahan-jebres",
    institution="kelurahan-jebres",
    place="33.72.04.1010",
    public_key="-",
    state="approved",
    version=2,
)
AGENCY_KEY = ECKey.generate_key("P-256", {"use": "enc"}, private=True, auto_kid=True)


def verdict(*, outcome: str = "verified", **asked: str) -> TapJudged:
    example = examples()[TAP_JUDGED].data
    assert isinstance(example, TapJudged)
    reason = None
    if outcome != "verified":
        reason = CheckResult(check="card.status", result="failed", code="blocked")
    return replaced(example, outcome=outcome, reason=reason, asked=replaced(example.asked, **asked))


def agreement(
    *,
    institution: str = "kelurahan-jebres",
    attributes: Iterable[str] = (),
    purposes: Iterable[str] = ("record",),
    places: Iterable[str] = (),
    readers: Iterable[str] = (),
) -> Agreement:
    return Agreement(
        institution=institution,
        version=3,
        reference="PKS-1",
        legal_basis="Permendagri 102/2019",
        purposes=tuple(purposes),
        attributes=tuple(attributes),
        places=tuple(places),
        readers=tuple(readers),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
        public_key={str(name): str(value) for name, value in AGENCY_KEY.as_dict(private=False).items()},
    )


def between(given: Agreement, begin: datetime, end: datetime) -> Agreement:
    return replace(given, valid_from=begin, valid_until=end)


def pseudonyms(institution: str, *, version: int = 1) -> Pseudonyms:
    return Pseudonyms.towards(institution, master=b"k" * 32, version=version, region="3372")
