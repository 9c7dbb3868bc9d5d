"""What a terminal's answers come to: who is in its field, a reading, a touch of a finger."""

from collections.abc import Sequence
from dataclasses import dataclass

from ketuk_events.evidence import Finding
from ketuk_events.outcomes import TERMINAL_SAYS
from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ktp.reading import LEFT, READER_GONE, Reading, not_done
from reader_gateway.ports.card_reader import Presence
from reader_gateway.ports.fingerprint_match import Touch
from reader_gateway.terminal import parsing as answers
from reader_gateway.terminal.codes import CardState, Code, Failed, FingerState, States
from reader_gateway.terminal.dialogue import (
    DEMOG_SECONDS,
    FINGER_SECONDS,
    LAY_THE_FINGER,
    SLACK_SECONDS,
    Conversation,
    poll,
    put,
)
from reader_gateway.terminal.protocol import Request, Verb, display

BY_ITS_WORD = Finding(result="passed", code=TERMINAL_SAYS)
NOT_TOLD = not_done("not-told")
"""A question that such a terminal does not answer."""
_TROUBLE = frozenset({CardState.ERROR, CardState.SEND_FAILED})
_ON_THE_WAY = {
    Code.NO_DEVICE: "reader-gone",
    Code.OPEN_FAILED: "reader-gone",
    Code.SEND_FAILED: "reader-gone",
    Code.SEND_TIMEOUT: "terminal-hangs",
    Code.RECEIVE_TIMEOUT: "terminal-hangs",
}
"""What a failure between us and the terminal is called; any other is the terminal's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """For whom the terminal gives biodata and compares fingers; it keeps a log of that."""

    name: str
    nik: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the terminal holds."""

    presence: Presence
    fingers: tuple[bytes, ...] = ()
    """The terminal's names for those that the card stores."""


EMPTY = Seen(presence=Presence.EMPTY)


def look(before: Seen) -> Conversation[Seen]:
    """Who is in the field now. A card that lies there is polled; otherwise the terminal waits for one.

    Raises Failed where the terminal cannot be asked.
    """
    if before.presence is Presence.CARD:
        states = yield from poll()
        return before if states.card == CardState.OK else EMPTY
    try:
        fingers = yield from put()
    except Failed as failed:
        if failed.code is not Code.DEVICE_ERROR:
            raise
        # the error's text is not of the protocol; the state says whether there was a card at all
        states = yield from poll()
        return Seen(presence=Presence.MUTE) if states.card == CardState.ERROR else EMPTY
    return Seen(presence=Presence.CARD, fingers=fingers)


def read_card(*, seen: Seen, needs: Needs, operator: Operator) -> Conversation[Reading]:
    """What a terminal tells of the card in its field. Never an exception.

    Biodata lies behind secure messaging, so a terminal that gives it says thereby that card and SAM
    authenticated each other. Of the digital signature, the photo, the other files and the chip's UID it says
    nothing, and nothing is made of that.
    """
    try:
        states = yield from poll()
    except Failed as failed:
        return _failed(failed)
    if states.card != CardState.OK:
        return _without_card(states)
    if not needs.sam:
        return Reading(answer="ktp-el", authentication=NOT_TOLD, signature=NOT_TOLD)
    try:
        answer = yield Request(
            verb=Verb.DEMOG,
            args=(str(DEMOG_SECONDS), operator.name, operator.nik),
            within_seconds=DEMOG_SECONDS + SLACK_SECONDS,
        )
        biodata = answers.biodata(answer.payload)
    except Failed as failed:
        return (yield from _without_biodata(failed))
    return Reading(
        answer="ktp-el",
        authentication=BY_ITS_WORD,
        signature=NOT_TOLD,
        biodata=biodata,
        fingers=seen.fingers if needs.fingers else (),
    )


def touch(fingers: Sequence[bytes], *, operator: Operator) -> Conversation[Touch]:
    """One finger, compared inside the terminal with the card in its field. Raises Failed."""
    states = yield from poll()
    if states.card != CardState.OK:
        return Touch.ABSENT
    names = b",".join(fingers).decode("ascii")
    args = (str(FINGER_SECONDS), names, operator.name, operator.nik, display(LAY_THE_FINGER))
    try:
        answer = yield Request(verb=Verb.FINGER, args=args, within_seconds=FINGER_SECONDS + SLACK_SECONDS)
        return Touch.TERMINAL_SAYS if answers.matches(answer.payload) else Touch.NO_MATCH
    except Failed as failed:
        if failed.code is not Code.DEVICE_ERROR:
            raise
    # an error and a finger that does not match have the same code; the state tells them apart
    states = yield from poll()
    match states.finger:
        case FingerState.NO_MATCH:
            return Touch.NO_MATCH
        case FingerState.TIMEOUT | FingerState.WAITING:
            return Touch.ABSENT
        case _:
            raise Failed(Code.DEVICE_ERROR)


def _without_biodata(failed: Failed) -> Conversation[Reading]:
    """A card was there; whether it still is tells a lifted card from a terminal that could not."""
    try:
        states = (yield from poll()) if failed.code is Code.DEVICE_ERROR else None
    except Failed as again:
        failed, states = again, None
    if states is not None and states.card != CardState.OK and states.card not in _TROUBLE:
        return LEFT
    what = _called(failed)
    if what == "reader-gone":
        return READER_GONE
    return Reading(answer="ktp-el", authentication=not_done(what), signature=NOT_TOLD)


def _without_card(states: States) -> Reading:
    return Reading(answer="terminal-error") if states.card in _TROUBLE else LEFT


def _failed(failed: Failed) -> Reading:
    what = _called(failed)
    return READER_GONE if what == "reader-gone" else Reading(answer=what)


def _called(failed: Failed) -> str:
    return _ON_THE_WAY.get(failed.code, "terminal-error")
