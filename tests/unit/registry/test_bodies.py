from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.sealing import public_pem
from registry.disclosure.schemas import AgreementBody
from registry.keys.api import KeyBody
from registry.kit.errors import Unfit

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))
"""In UTC it lies in the year 10000."""


def test_a_key_that_ends_outside_of_the_calendar_is_refused() -> None:
    pem = public_pem(ec.generate_private_key(ec.SECP256R1()).public_key())
    sent = KeyBody(use="seal", owner="verification", public_key=pem, valid_from=NOW, valid_until=NEVER)
    with pytest.raises(Unfit, match="outside of the calendar"):
        sent.key()


def test_an_agreement_that_ends_outside_of_the_calendar_is_refused() -> None:
    sent = AgreementBody(
        reference="PKS/1", legal_basis="UU", purposes=("record",), valid_from=NOW, valid_until=NEVER
    )
    with pytest.raises(Unfit, match="outside of the calendar"):
        sent.agreement("polresta")
