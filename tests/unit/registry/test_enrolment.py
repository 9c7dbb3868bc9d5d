from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.crypto.enrolment_proof import enrol
from dev.stack.secret_files import public_pem
from registry.gateways.enrolment_code import LIVES, MISSES, Code, Enrolment
from registry.gateways.gateway import Gateway
from registry.kit.errors import NotPossible

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
CODE = Code.made()
ENROLMENT = Enrolment(
    code_id=CODE.name,
    digest=CODE.digest,
    gateway="loket",
    institution="kelurahan-jebres",
    place="33.72.04.1010",
    expires=NOW + LIVES,
)
IDENTITY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


def test_a_code_is_found_again_however_it_is_typed() -> None:
    code = Code(name="0ABC1D", secret="01EFGHJKMNPQRS")  # noqa: S106  an example
    assert str(code) == "0ABC1-D01EF-GHJKM-NPQRS"
    for typed in (str(code), str(code).lower(), "OABCI DOLEF ghjkm npqrs"):
        assert Code.typed(typed) == code


def test_each_code_is_another_and_its_secret_is_not_what_is_kept() -> None:
    codes = [Code.made() for _ in range(100)]
    assert len({code.secret for code in codes}) == len({code.name for code in codes}) == 100
    assert CODE.secret.encode() not in ENROLMENT.digest
    assert ENROLMENT.is_of(CODE)
    assert not ENROLMENT.is_of(replace(CODE, secret=CODE.secret[::-1] + "X"))


@pytest.mark.parametrize(
    ("enrolment", "now", "is_open"),
    [
        (ENROLMENT, NOW, True),
        (replace(ENROLMENT, misses=MISSES - 1), NOW, True),
        (replace(ENROLMENT, misses=MISSES), NOW, False),
        (ENROLMENT, NOW + LIVES - timedelta(seconds=1), True),
        (ENROLMENT, NOW + LIVES, False),
        (replace(ENROLMENT, public_key="mine"), NOW, True),
        (replace(ENROLMENT, public_key="another"), NOW, False),
    ],
)
def test_a_code_serves_one_key_for_a_day_and_a_few_tries(
    enrolment: Enrolment, now: datetime, *, is_open: bool
) -> None:
    assert enrolment.is_open(public_key="mine", now=now) is is_open


def test_the_proof_is_of_this_code_and_this_key() -> None:
    asked = enrol(code="CODE", identity=IDENTITY, pem=public_pem(IDENTITY))
    assert asked.is_proven()
    assert not structs.replace(asked, code="OTHER").is_proven()
    assert not structs.replace(asked, public_key=public_pem(OTHER)).is_proven()
    assert not structs.replace(asked, public_key="no key").is_proven()


def test_revoked_is_final() -> None:
    gateway = Gateway(name="g", institution="i", place="33.72", public_key="k", state="approved", version=2)
    gone = gateway.revoked()
    assert (gone.state, gone.version, gone.revoked()) == ("revoked", 3, gone)
    for step in (
        gone.approved,
        gone.suspended,
        lambda: gone.described_as(institution="i", place="33.72", public_key="k"),
    ):
        with pytest.raises(NotPossible, match="revoked"):
            step()
