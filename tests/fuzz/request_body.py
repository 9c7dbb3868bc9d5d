"""Fuzz target: a body that a stranger or an officer sends to the registry is decoded and checked, or refused.

The first byte chooses a kind of body. Where it is odd the rest is the body, where it is even the rest are
steps that alter an honest one. Only refusals are raised that the API answers with 400 or 422; what reaches
the database is the matter of `test_openapi.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto import enrolment_proof as enrolment
from chassis.crypto import sealing as seal
from chassis.crypto.enrolment_proof import Enrol
from chassis.crypto.sealing import public_pem
from registry.cards.api import CardBody
from registry.disclosure.schemas import AgreementBody, PublicJwk
from registry.gateways.api import GatewayBody
from registry.gateways.enrolment_code import Code, Enrolment
from registry.keys.api import KeyBody
from registry.kit.errors import Unfit
from registry.places.api import InstitutionBody
from registry.purposes.api import Purposes
from tests.fuzz.whim import Whim

NOW = datetime(2026, 11, 30, tzinfo=UTC)
IDENTITY = ec.generate_private_key(ec.SECP256R1())
PEM = public_pem(IDENTITY.public_key())
OPEN = Enrolment(
    code_id="ABCDEF",
    digest=bytes(32),
    gateway="kelurahan-jebres",
    institution="surakarta",
    place="33.72.04.1010",
    expires=NOW,
)
JWK = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}
ODD: tuple[object, ...] = (
    *(None, True, -1, 2**64, 1e300, "", [], {}, [[]]),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z", "\u2028"),
    *("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", "33.72.04.1010", "OIL-oil", "A" * 5_000),
)
"""In place of a value."""


def _enrol(sent: Enrol) -> None:
    code = Code.typed(sent.code)
    assert len(code.name) <= len(code.name.encode())
    OPEN.is_of(code)
    if sent.is_proven():
        assert seal.public_key(sent.public_key)


KINDS: tuple[tuple[object, Callable[..., object]], ...] = (
    (Enrol, _enrol),
    (GatewayBody, GatewayBody.checked_key),
    (PublicJwk, PublicJwk.checked),
    (AgreementBody, lambda sent: sent.agreement("polresta")),
    (KeyBody, KeyBody.key),
    (list[CardBody], lambda sent: [bytes.fromhex(card.uid) for card in sent]),
    (Purposes, lambda sent: [each.purpose_of() for each in sent]),
    (InstitutionBody, msgspec.json.encode),
)


DOCUMENTS: tuple[Mapping[str, object], ...] = (
    msgspec.to_builtins(enrolment.enrol(code="ABCDE-FGHJK-MNPQR-STVWX", identity=IDENTITY, pem=PEM)),
    {"institution": "surakarta", "place": "33.72.04.1010", "public_key": PEM},
    JWK,
    {
        "reference": "PKS/1",
        "legal_basis": "UU 24/2013",
        "purposes": ["record"],
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2027-01-01T00:00:00Z",
        "public_key": JWK,
    },
    {
        "use": "seal",
        "owner": "verification",
        "public_key": PEM,
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2027-01-01T00:00:00Z",
    },
    {"uid": "04a1b2c3d4e5f6", "status": "active"},
    {
        "purpose": "record",
        "needs": ["chip.answers"],
        "good_word": "verified",
        "wants_status": "active",
        "max_age_seconds": 60,
    },
    {"name": "Kelurahan Jebres", "kind": "kelurahan"},
)
"""An honest one of each kind, in their order."""
LISTS = (5, 6)
"""Kinds that are sent as a list."""


def once(raw: bytes) -> None:
    whim = Whim(raw)
    how = whim.number()
    number = how // 2 % len(KINDS)
    kind, checks = KINDS[number]
    document = raw[1:] if how % 2 else msgspec.json.encode(_altered(whim, number))
    try:
        sent = msgspec.json.decode(document, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    with suppress(Unfit):
        checks(sent)


def seeds() -> Iterator[bytes]:
    for number, document in enumerate(DOCUMENTS):
        whole = [document] if number in LISTS else document
        yield bytes((number * 2 + 1,)) + msgspec.json.encode(whole)
        yield bytes((number * 2,))
        yield bytes((number * 2, 2, 60, 1, 1, 255, 4))


def _altered(whim: Whim, number: int) -> object:
    """Letters of texts are others; after the last letter of a text its whole value is an odd one."""
    altered = dict(DOCUMENTS[number])
    while step := whim.text(3):
        which, place, by = step.ljust(3, b"\0")
        name = sorted(altered)[which % len(altered)]
        before = altered[name]
        if isinstance(before, str) and place < len(before):
            altered[name] = before[:place] + chr(ord(before[place]) ^ by & 127) + before[place + 1 :]
        else:
            altered[name] = ODD[by % len(ODD)]
    return [altered] if number in LISTS else altered
