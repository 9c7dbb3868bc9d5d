"""Leases of shared SAMs, by threads that wait for each other."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from reader_gateway.ktp.apdu import Response
from reader_gateway.ktp.protocol import SamAway, SamBusy, SamSilent
from reader_gateway.pcsc.sam_pool import SILENT_SECONDS, Sam, Sams

BOUND = 10.0
"""Seconds that a test waits for a thread before it fails."""
REFUSED = Response(b"", 0x6300)


@dataclass
class Reading:
    """A thread that leases a SAM, keeps it until told, and tells what came of it."""

    sams: Sams
    pattern: str
    got: "threading.Event" = field(default_factory=threading.Event)
    give_back: "threading.Event" = field(default_factory=threading.Event)
    sam: Sam | None = None
    failure: Exception | None = None

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with self.sams.lease(self.pattern) as self.sam:
                self.got.set()
                assert self.give_back.wait(BOUND)
        except (SamAway, SamBusy) as failure:
            self.failure = failure

    def has_it(self) -> bool:
        return self.got.wait(BOUND)

    def ends(self) -> None:
        self.give_back.set()
        self._thread.join(BOUND)
        assert not self._thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + BOUND
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def waiting(sams: Sams, readings: Sequence[Reading]) -> None:
    """Returns when each reading stands in the queue or has its SAM."""

    def stand() -> bool:
        # whoever is about to take a free one stands in the queue too, for as long as it has the lock
        with sams._changed:  # noqa: SLF001  nobody else needs to know who waits
            return len(sams._waiting) == sum(not each.got.is_set() for each in readings)  # noqa: SLF001

    until(stand)


@contextmanager
def queue(sams: Sams, *patterns: str) -> Iterator[list[Reading]]:
    """Readings that asked in this order."""
    readings: list[Reading] = []
    try:
        for pattern in patterns:
            readings.append(Reading(sams, pattern))
            waiting(sams, readings)
        yield readings
    finally:
        for each in readings:
            each.ends()


def some_sams(*slots: str, wait_seconds: float = BOUND) -> Sams:
    sams = Sams(wait_seconds=wait_seconds)
    for slot in slots:
        sams.entered(slot, counter=1)
    return sams


def test_who_asked_first_is_served_first() -> None:
    with queue(some_sams("a"), *"aaaa") as readings:
        for reading, later in pairwise(readings):
            assert reading.has_it()
            assert not later.got.is_set()
            reading.ends()
        assert readings[-1].has_it()


def test_several_sams_serve_at_once() -> None:
    with queue(some_sams("a 0", "a 1"), "a ?", "a ?", "a ?") as (first, second, third):
        assert first.has_it()
        assert second.has_it()
        assert first.sam is not second.sam
        assert not third.got.is_set()
        second.ends()
        assert third.has_it()
        assert third.sam is second.sam


def test_who_can_only_use_a_sam_that_is_busy_holds_up_nobody_who_can_use_another() -> None:
    with queue(some_sams("a", "b"), "a", "a", "?") as (_, second, third):
        assert third.has_it()
        assert third.sam is not None
        assert third.sam.slot == "b"
        assert not second.got.is_set()


def test_a_later_reading_does_not_take_the_only_sam_of_an_earlier_one() -> None:
    sams = some_sams("a", "b")
    with queue(sams, "a", "b", "a", "?") as (first, second, third, fourth):
        first.ends()
        assert third.has_it()
        assert not fourth.got.is_set()
        second.ends()
        assert fourth.has_it()


def test_a_wait_is_bounded_and_says_that_the_sam_is_busy() -> None:
    sams = some_sams("a", wait_seconds=0.01)
    with queue(sams, "a"), pytest.raises(SamBusy), sams.lease("a"):
        pass


def test_who_gave_up_waiting_stands_in_nobodys_way() -> None:
    sams = some_sams("a", wait_seconds=0.01)
    with queue(sams, "a") as (first,):
        with pytest.raises(SamBusy), sams.lease("a"):
            pass
        first.ends()
        with sams.lease("a") as sam:
            assert sam.slot == "a"


def test_without_a_sam_of_the_pattern_nobody_waits() -> None:
    sams = some_sams("b")
    with pytest.raises(SamAway), sams.lease("a"):
        pass


def test_who_waits_for_a_sam_that_is_pulled_out_is_told_so() -> None:
    sams = some_sams("a")
    with queue(sams, "a", "a") as (_, second):
        sams.left("a")
        second.ends()
        assert isinstance(second.failure, SamAway)


def test_a_sam_that_takes_the_place_of_a_leased_one_is_free_at_once() -> None:
    sams = some_sams("a")
    with queue(sams, "a") as (first,):
        sams.left("a")
        sams.entered("a", counter=3)
        with sams.lease("a") as second:
            assert second is not first.sam
            first.ends()
            assert second.leased


def test_a_second_word_on_the_same_sam_does_not_free_it() -> None:
    sams = some_sams("a", wait_seconds=0.01)
    with queue(sams, "a"):
        sams.entered("a", counter=1)
        with pytest.raises(SamBusy), sams.lease("a"):
            pass


def test_a_sam_that_refused_is_remembered_until_it_was_taken_out_and_put_back() -> None:
    sams = some_sams("a")
    with sams.lease("a") as sam:
        sam.refusal = REFUSED
    sams.entered("a", counter=1)
    with sams.lease("a") as sam:
        assert sam.refusal == REFUSED
    sams.left("a")
    sams.entered("a", counter=3)
    with sams.lease("a") as sam:
        assert sam.refusal is None


def test_a_sam_that_was_exchanged_unseen_is_another_one() -> None:
    sams = some_sams("a")
    with sams.lease("a") as sam:
        sam.refusal = REFUSED
    sams.entered("a", counter=3)
    with sams.lease("a") as sam:
        assert sam.refusal is None


def test_a_sam_that_opens_is_taken_rather_than_one_that_refused() -> None:
    sams = some_sams("a", "b")
    with sams.lease("a") as sam:
        sam.refusal = REFUSED
    with sams.lease("?") as sam:
        assert sam.slot == "b"


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_nobody_waits_for_a_sam_that_owes_an_answer_for_too_long() -> None:
    clock = Clock()
    sams = Sams(wait_seconds=BOUND, clock=clock)
    sams.entered("a", counter=1)
    with queue(sams, "a") as (first,):
        assert first.sam is not None
        first.sam.asked_at = clock()
        clock.now = SILENT_SECONDS
        with pytest.raises(SamSilent), sams.lease("a"):
            pass
        sams.entered("b", counter=1)
        with sams.lease("?") as other:
            assert other.slot == "b"
