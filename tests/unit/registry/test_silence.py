from datetime import timedelta
from typing import Any

import pytest

from chassis.runtime.health import Pulse
from registry.readers.silence_monitor import LOOKS_IN_A_BEAT, Silence, silent_after
from registry.readers.tracking import Following

BEAT = 30.0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hears() -> Pulse:
    return Pulse()


@pytest.fixture
def silence(clock: Clock, hears: Pulse) -> Silence:
    nobody: Any = None
    return Silence(
        office=nobody,
        following=Following(office=nobody, silent_after=silent_after(BEAT)),
        hears=hears,
        beat_seconds=BEAT,
        clock=clock,
    )


def test_silence_is_looked_for_often_enough_to_be_noticed_within_two_beats() -> None:
    assert silent_after(BEAT) + timedelta(seconds=BEAT / LOOKS_IN_A_BEAT) < timedelta(seconds=2 * BEAT)


def test_a_beat_that_comes_late_is_no_silence() -> None:
    assert silent_after(BEAT) > timedelta(seconds=1.5 * BEAT)


def test_a_process_tells_silence_after_listening_for_as_long(
    silence: Silence, hears: Pulse, clock: Clock
) -> None:
    hears.up()
    assert not silence.may_tell()
    clock.now += 54
    assert not silence.may_tell()
    clock.now += 1
    assert silence.may_tell()


def test_a_process_that_heard_nothing_for_a_while_begins_to_listen_again(
    silence: Silence, hears: Pulse, clock: Clock
) -> None:
    assert not silence.may_tell()
    clock.now += 1000
    hears.up()
    assert not silence.may_tell()
    clock.now += 60
    assert silence.may_tell()
    hears.down("the broker is away")
    assert not silence.may_tell()
    hears.up()
    clock.now += 54
    assert not silence.may_tell()
    clock.now += 55
    assert silence.may_tell()
