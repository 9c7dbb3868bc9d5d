import secrets as entropy
from collections.abc import Callable

import pytest

from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.sam import Sam
from tests.unit.simulator.terminal import Secrets


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer.generate()


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(pcid=entropy.token_bytes(16), conf=entropy.token_bytes(32))


@pytest.fixture
def sam(issuer: Issuer, secrets: Secrets) -> Sam:
    return Sam(issuer, pcid=secrets.pcid, conf=secrets.conf)


@pytest.fixture(scope="session")
def other_issuer() -> Issuer:
    return Issuer.generate()


@pytest.fixture
def make(issuer: Issuer, other_issuer: Issuer) -> Callable[[Kind], SimulatedCard]:
    return lambda kind: make_card(kind, 12, seed=1, issuer=issuer, other=other_issuer)
