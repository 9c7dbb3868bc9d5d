"""Services that give up soon, so that each fault lasts longer than all that they wait for."""

import pytest

from chassis.messaging import broker, publisher
from chassis.runtime import answered
from chassis.storage import postgres


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "HEARTBEAT_SECONDS", 1)
    monkeypatch.setattr(broker, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(publisher, "CONFIRM_SECONDS", 2.0)
    monkeypatch.setattr(answered, "REQUEST_SECONDS", 2.0)
    monkeypatch.setattr(postgres, "COMMAND_SECONDS", 2.0)
