from itertools import pairwise

import pytest

from dev.chaos.schedule import GATEWAYS, LINKS, POINTS, Kind, points_of, schedule, service_of, told

SMALL, LARGE = 300, 10_000


@pytest.mark.parametrize("taps", [SMALL, LARGE])
def test_a_seed_is_one_schedule_and_another_seed_another(taps: int) -> None:
    assert schedule(seed=3, taps=taps) == schedule(seed=3, taps=taps)
    assert schedule(seed=3, taps=taps) != schedule(seed=4, taps=taps)
    assert list(told(schedule(seed=3, taps=taps))) == list(told(schedule(seed=3, taps=taps)))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("taps", [SMALL, LARGE])
def test_every_step_and_every_kind_of_fault_is_in_every_schedule(taps: int, seed: int) -> None:
    run = schedule(seed=seed, taps=taps)
    assert points_of(run.strikes) == {
        (service_of(group[0]), part, step.value) for group, points in POINTS.items() for part, step in points
    }
    outages = {(fault.kind, fault.target) for fault in run.outages}
    assert outages >= {
        (kind, part) for kind in (Kind.KILL, Kind.RESTART) for part in ("rabbitmq", "postgres")
    }
    killed = {service_of(fault.target) for fault in run.faults if fault.kind is Kind.KILL}
    assert killed == {"gateway", "verification", "registry"}
    for group in LINKS:
        weather = {fault.kind for fault in run.faults if fault.target in group}
        assert weather >= {Kind.RESET, Kind.BLACK_HOLE, Kind.SLOW, Kind.CUT}


@pytest.mark.parametrize("taps", [SMALL, LARGE])
def test_all_is_over_before_the_taps_are_and_the_strikes_of_a_process_come_in_order(taps: int) -> None:
    run = schedule(seed=5, taps=taps)
    assert len(run.deck) == taps
    assert all(fault.at + fault.seconds < run.seconds for fault in (*run.outages, *run.faults))
    for process in GATEWAYS:
        moments = [strike.after for strike in run.strikes if strike.process == process]
        assert all(earlier < later < run.seconds for earlier, later in pairwise(moments))


def test_ten_thousand_taps_take_less_than_eight_minutes() -> None:
    assert schedule(seed=1, taps=LARGE).seconds < 480
