"""What may happen at a counter, in any order."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from simulator.kinds import Kind
from tests.integration.counter_model.accounts import assert_all_agrees
from tests.integration.counter_model.counter import Counter
from tests.integration.counter_model.line import State
from tests.integration.counter_model.reader import Reader
from tests.integration.counter_model.story import Story

Choice = TypeVar("Choice")

ONE = st.integers(0, 5)
"""Which one of those that can be chosen."""
KIND = st.sampled_from([Kind.HEALTHY, Kind.NOT_A_KTP, Kind.MUTE])
KILL = st.booleans()
"""By -9, or asked to end."""
BACK = st.sampled_from([True, True, False])
"""Whether it comes back at once."""
SOON = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.45, 0.6])
"""Seconds."""


def _when(holds: Callable[[Counter], object]) -> Callable[[Any], Any]:
    return precondition(lambda machine: bool(holds(machine.counter)))


def _free(counter: Counter) -> list[Reader]:
    return [each for each in counter.readers if each.card is None]


def _taken(counter: Counter) -> list[Reader]:
    return [each for each in counter.readers if each.card is not None]


def _watched(counter: Counter) -> list[Reader]:
    """Free ones on which a gateway would see a card."""
    return [each for each in _free(counter) if counter.gateway_is_up and counter.has(each)]


def _one(choices: Sequence[Choice], which: int) -> Choice:
    return choices[which % len(choices)]


def _by(*, kill: bool) -> str:
    return "killed" if kill else "stopped"


class AnyDay(RuleBasedStateMachine):
    """One example: a day at a counter with two readers."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self.counter = counter
        self.story = Story(counter)

    @initialize()
    def open(self) -> None:
        with self.story.step("the counter opens"):
            self.counter.open()

    def teardown(self) -> None:
        try:
            if not self.story.has_failed:
                with self.story.step("the counter closes"):
                    self.counter.close()
                with self.story.step("all that was said arrives", shown=False):
                    self.counter.until_all_is_said()
                    assert_all_agrees(self.counter)
        finally:
            self.counter.clear()

    # --- hands

    @_when(_free)
    @rule(which=ONE, kind=KIND)
    def put(self, *, which: int, kind: Kind) -> None:
        self._put(_one(_free(self.counter), which), kind)

    @_when(_watched)
    @rule(which=ONE, kind=KIND)
    def put_and_read(self, *, which: int, kind: Kind) -> None:
        reader = _one(_watched(self.counter), which)
        self._put(reader, kind)
        with self.story.step("  and is read"):
            self.counter.until_read(reader)

    @rule(which=ONE, kind=KIND)
    def next_citizen(self, *, which: int, kind: Kind) -> None:
        reader = _one(self.counter.readers, which)
        self._take(reader)
        self._put(reader, kind)

    @_when(_taken)
    @rule(which=ONE)
    def take(self, *, which: int) -> None:
        self._take(_one(_taken(self.counter), which))

    @_when(_watched)
    @rule(which=ONE)
    def snatch(self, *, which: int) -> None:
        reader = _one(_watched(self.counter), which)
        with self.story.step(f"a card is put on {reader.name} and snatched away in mid-read"):
            self.counter.put(reader, Kind.REMOVED, waits=False)
            self.counter.until_seen(reader)
            self.counter.until_pulled_out(reader)

    @_when(_watched)
    @rule(which=ONE, kill=KILL)
    def check_chip(self, *, which: int, kill: bool) -> None:
        reader = _one(_watched(self.counter), which)
        with self.story.step(f"the officer has a chip checked on {reader.name}", shown=not kill):
            self.counter.check_chip(reader)
        if kill:
            with self.story.step("  and the gateway is killed"):
                self.counter.stop_gateway(kill=True)
            self._start_gateway()

    # --- pcscd and its readers

    @_when(lambda counter: counter.pcscd_is_up)
    @rule(kill=KILL, back=BACK)
    def end_pcscd(self, *, kill: bool, back: bool) -> None:
        with self.story.step(f"pcscd is {_by(kill=kill)}"):
            self.counter.stop_pcscd(kill=kill)
        if back:
            self._start_pcscd()

    @_when(lambda counter: not counter.pcscd_is_up)
    @rule()
    def start_pcscd(self) -> None:
        self._start_pcscd()

    @rule(which=ONE)
    def plug_or_unplug(self, *, which: int) -> None:
        reader = _one(self.counter.readers, which)
        with self.story.step(f"{reader.name} is {'unplugged' if reader.plugged else 'plugged in'}"):
            reader.plugged = not reader.plugged
            # vpcd's readers come and go with their pcscd only
            if self.counter.pcscd_is_up:
                self.counter.stop_pcscd(kill=False)
                self.counter.start_pcscd()

    # --- the gateway

    @_when(lambda counter: counter.gateway_is_up)
    @rule(kill=KILL, back=BACK)
    def end_gateway(self, *, kill: bool, back: bool) -> None:
        with self.story.step(f"the gateway is {_by(kill=kill)}"):
            self.counter.stop_gateway(kill=kill)
        if back:
            self._start_gateway()

    @_when(lambda counter: not counter.gateway_is_up)
    @rule()
    def start_gateway(self) -> None:
        self._start_gateway()

    @_when(_watched)
    @rule(which=ONE, kind=KIND, after=SOON)
    def kill_gateway_at_a_card(self, *, which: int, kind: Kind, after: float) -> None:
        reader = _one(_watched(self.counter), which)
        with self.story.step(
            f"a card is put on {reader.name} ({kind}); the gateway is killed {after} s later"
        ):
            self.counter.put(reader, kind, waits=False)
            self.counter.stop_gateway(kill=True, after=after)
        self._start_gateway()

    @_when(lambda counter: counter.gateway_is_up and _taken(counter))
    @rule(which=ONE, after=SOON)
    def kill_gateway_as_a_card_leaves(self, *, which: int, after: float) -> None:
        reader = _one(_taken(self.counter), which)
        with self.story.step(f"the card of {reader.name} is taken; the gateway is killed {after} s later"):
            self.counter.take(reader, and_meanwhile=lambda: self.counter.stop_gateway(kill=True, after=after))
        self._start_gateway()

    # --- the broker and verification

    @rule(which=ONE)
    def change_line(self, *, which: int) -> None:
        state = _one([state for state in State if state is not self.counter.line], which)
        with self.story.step(f"the line to the broker is {state}"):
            self.counter.become(state)

    @_when(lambda counter: counter.can_judge())
    @rule()
    def judge_the_newest(self) -> None:
        self._judge(max(self.counter.can_judge()))

    @_when(lambda counter: counter.can_judge())
    @rule()
    def judge_the_oldest(self) -> None:
        self._judge(min(self.counter.can_judge()))

    @_when(lambda counter: counter.page.verdicts)
    @rule(which=ONE)
    def judge_again(self, *, which: int) -> None:
        self._judge(_one(list(self.counter.page.verdicts), which))

    # --- steps that several take

    def _put(self, reader: Reader, kind: Kind) -> None:
        with self.story.step(f"a card is put on {reader.name}: {kind}"):
            self.counter.put(reader, kind)

    def _take(self, reader: Reader) -> None:
        if reader.card is None:
            return
        with self.story.step(f"the card of {reader.name} is taken"):
            self.counter.take(reader)

    def _start_pcscd(self) -> None:
        with self.story.step("pcscd comes back"):
            self.counter.start_pcscd()

    def _start_gateway(self) -> None:
        with self.story.step("the gateway comes back"):
            self.counter.start_gateway()

    def _judge(self, tap: str) -> None:
        with self.story.step(f"verification judges {tap}"):
            self.counter.judge(tap)
