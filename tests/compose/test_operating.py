"""A day in operation: secrets are replaced, databases and broker are lost and restored."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.compose.conftest import Trial
from tests.compose.containers import PROJECT, Containers, until
from tests.compose.taps import Taps, clean, numbers

pytestmark = pytest.mark.timeout(900)

ROTATED = (
    ("account", "verification"),
    ("account", "registry"),
    ("account", "gateway-kelurahan-jebres"),
    ("password", "verification"),
    ("password", "registry"),
    ("password", "registry_owner"),
    ("certificate", "broker"),
    ("certificate", "registry-database"),
    ("certificate", "verification"),
    ("certificate", "gateway-polresta-surakarta"),
    ("api-token", ""),
    ("key", "verification"),
    ("key", "registry"),
    ("key", "verification-signing"),
)
TAPS = 360
"""More than are tapped meanwhile."""
PORTS = {
    "verification": 8002,
    "registry": 8083,
    "gateway-kelurahan-jebres": 8001,
    "gateway-polresta-surakarta": 8001,
}


def test_secrets_are_replaced_while_cards_are_tapped_and_nothing_is_lost(trial: Trial) -> None:
    containers = trial.containers
    taps = Taps(containers, count=TAPS, seed=8)
    taps.reach(20)
    for kind, name in ROTATED:
        restarts_a_gateway = name.startswith("gateway-") or (kind, name) == ("key", "verification")
        if restarts_a_gateway:
            taps.hold()
        containers.run("deploy/rotate", kind, *([name] if name else []))
        if restarts_a_gateway:
            _until_ready(containers)
            taps.release()
        taps.reach(taps.tapped + 5)
    assert taps.tapped < TAPS, "the last secret was replaced when no card was tapped any more"
    tapped = taps.tapped
    taps.enough()
    ledger = taps.end()
    assert tapped <= ledger["taps"] <= TAPS
    assert numbers(ledger) == clean(ledger["taps"])


def test_the_old_password_is_refused_once_it_was_replaced(trial: Trial) -> None:
    containers, secret = trial.containers, trial.secrets / "registry-database" / "role_password"
    old = secret.read_text()
    containers.run("deploy/rotate", "password", "registry")
    new = secret.read_text()

    def is_let_in(password: str) -> str:
        return containers.inside(
            "registry-database", "sh", "-c",
            f"PGPASSWORD={password} psql -h localhost -U registry -Atc 'SELECT 1' 2>&1 || true",
        ).strip()  # fmt: skip

    assert is_let_in(new) == "1"
    assert "password authentication failed" in is_let_in(old)


def test_prometheus_finds_every_part_and_reaches_it_by_tls(trial: Trial) -> None:
    containers = trial.containers
    containers.compose("--profile", "monitoring", "up", "-d", "--no-deps", "prometheus")

    def all_up() -> bool:
        with suppress(OSError):
            url = f"http://127.0.0.1:{containers.prometheus}/api/v1/targets?state=active"
            with urllib.request.urlopen(url, timeout=5) as answer:
                targets = json.loads(answer.read())["data"]["activeTargets"]
            up = Counter(target["labels"]["job"] for target in targets if target["health"] == "up")
            return up == {"verification": 1, "registry": 2, "gateway": 2, "broker": 1, "queues": 1}
        return False

    until(all_up, seconds=120)


@pytest.fixture(scope="module")
def backup(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    trial.containers.run("deploy/backup", str(folder))
    return folder


def test_a_backup_is_for_its_owner_alone(backup: Path) -> None:
    found = {path.name: oct(path.stat().st_mode & 0o777) for path in backup.iterdir()}
    assert found == {"verification.dump": "0o600", "registry.dump": "0o600", "broker.json": "0o600"}


@pytest.mark.parametrize("part", ["verification", "registry"])
def test_a_lost_database_is_restored_and_taps_go_on(trial: Trial, backup: Path, part: str) -> None:
    containers = trial.containers
    containers.compose("rm", "-fsv", f"{part}-database")
    containers.run("docker", "volume", "rm", f"{PROJECT}_{part}-database")
    containers.run("deploy/restore", str(backup), part)
    _until_healthy(containers)
    assert numbers(Taps(containers, count=13, seed=9).end()) == clean(13)


def test_a_lost_broker_is_restored_and_taps_go_on(trial: Trial, backup: Path) -> None:
    containers = trial.containers
    containers.compose("rm", "-fsv", "broker")
    containers.run("docker", "volume", "rm", f"{PROJECT}_broker")
    containers.run("deploy/restore", str(backup), "broker")
    _until_healthy(containers)
    assert numbers(Taps(containers, count=13, seed=10).end()) == clean(13)


def _until_ready(containers: Containers) -> None:
    for replica, port in _replicas(containers):
        until(lambda replica=replica, port=port: containers.is_ready(replica, port=port))  # type: ignore[misc]


def _until_healthy(containers: Containers) -> None:
    _until_ready(containers)
    for replica, _ in _replicas(containers):
        # a health check may still have its word of before, and what depends on it does not start then
        until(lambda replica=replica: containers.is_healthy(replica))  # type: ignore[misc]


def _replicas(containers: Containers) -> Iterator[tuple[str, int]]:
    for service, port in PORTS.items():
        for replica in containers.replicas_running(service):
            yield replica, port
