import sys

import pytest

from tests.compose.conftest import MOST_TAPS, Trial
from tests.compose.taps import clean, numbers

pytestmark = pytest.mark.timeout(1500)

SERVICES = ("verification", "registry", "gateway-kelurahan-jebres", "gateway-polresta-surakarta")


def test_every_tap_reaches_its_agency_once_and_right(trial: Trial) -> None:
    assert trial.ledger["taps"] >= max(trial.done_while_tapping.values())
    assert numbers(trial.ledger) == clean(trial.ledger["taps"])


def test_all_that_the_operator_did_was_done_while_cards_were_tapped(trial: Trial) -> None:
    assert list(trial.done_while_tapping) == [
        "verification to 3",
        "registry to 2",
        "kill",
        "broker recreated",
        "upgrade",
        "verification to 1",
    ]
    assert max(trial.done_while_tapping.values()) < MOST_TAPS


def test_a_killed_replica_is_started_again(trial: Trial) -> None:
    assert trial.killed_and_back


def test_old_and_new_version_both_judged(trial: Trial) -> None:
    # names the field `trial_note`, which the next version adds
    counted = dict(
        row.split("|")
        for row in trial.containers.rows(
            "verification",
            "SELECT position('trial_note' in encode(body, 'escape')) > 0, count(*) FROM decisions GROUP BY 1",
        )
    )
    new, old = int(counted["t"]), int(counted["f"])
    assert new > 0
    assert old > 0
    assert new + old == trial.ledger["taps"]


def test_the_services_are_scaled_as_told(trial: Trial) -> None:
    assert len(trial.containers.replicas_running("verification")) == 1
    assert len(trial.containers.replicas_running("registry")) == 2


def test_nothing_is_left_in_any_internal_queue(trial: Trial) -> None:
    listed = trial.containers.inside(
        "broker", "rabbitmqctl", "-q", "--no-table-headers", "list_queues", "-p", "ketuk", "name", "messages"
    )
    depths = dict(line.split("\t") for line in listed.strip().splitlines())
    assert depths["ketuk.dead-letters"] == "0"
    assert set(depths.values()) == {"0"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_as_nobody_on_a_file_system_that_it_cannot_write(trial: Trial, service: str) -> None:
    found = trial.containers.seen(trial.containers.replicas_running(service)[0])
    assert found["Config"]["User"] == "10001:10001"
    assert found["HostConfig"]["ReadonlyRootfs"] is True
    assert found["HostConfig"]["CapDrop"] == ["ALL"]
    assert found["HostConfig"]["Memory"] > 0


def test_nobody_speaks_to_broker_or_database_without_tls(trial: Trial) -> None:
    broker = trial.containers.inside(
        "broker", "rabbitmqctl", "-q", "--no-table-headers", "list_connections", "user", "ssl"
    )
    speakers = {tuple(line.split("\t")) for line in broker.strip().splitlines()}
    assert {user for user, _ in speakers} >= {"verification", "registry", "3372.kelurahan-jebres"}
    assert {tls for _, tls in speakers} == {"true"}
    for service in ("verification", "registry"):
        query = (
            "SELECT DISTINCT usename, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
            "WHERE client_addr IS NOT NULL"
        )
        assert list(trial.containers.rows(service, query)) == [f"{service}|t"]


def test_services_are_small_and_quiet_at_rest(trial: Trial, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write("\nat rest                      image MB  resident MB  CPU % of a core\n")
        for each in sorted(trial.at_rest, key=lambda one: one.service):
            figures = f"{each.image_mb:8.0f}  {each.resident_mb:11.1f}  {each.cpu_percent:15.2f}"
            sys.stdout.write(f"{each.service:28} {figures}\n")
    services = [each for each in trial.at_rest if each.service in SERVICES]
    assert len(services) == len(SERVICES)
    assert [each for each in services if each.resident_mb > 90] == []
    assert [each for each in services if each.cpu_percent > 2] == []
