from pathlib import Path

import pytest

from dev.demo.services import Services
from dev.stack.stack import Stack


@pytest.fixture
def services(stack: Stack) -> Services:
    """Right settings for each service, on ports of their own."""
    return Services(stack=stack)


@pytest.fixture
def verification(services: Services) -> dict[str, str]:
    return services.settings("verification")


@pytest.fixture
def gateway(services: Services, tmp_path: Path) -> dict[str, str]:
    """A gateway with a spool of its own."""
    return services.settings("gateway-kelurahan-jebres") | {"KETUK_SPOOL": str(tmp_path / "spool.sqlite")}
