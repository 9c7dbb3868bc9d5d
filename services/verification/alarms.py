"""What follows beside a verdict where two things cannot both be true: an alarm, with an id of its own.

It follows from the same message as the verdict and is published with it: a redelivery says it again, alike.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from ketuk_events.alarms import OTHER_EVIDENCE, OTHER_HOLDER, SIGNATURE_DISPUTED, AlarmRaised
from ketuk_events.asked import Asked
from ketuk_events.catalogue import ALARM_RAISED
from ketuk_events.events import Wire, event, to_wire
from ketuk_events.names import following_id, from_timestamp
from ketuk_events.outcomes import Check
from ketuk_events.taps import TapJudged
from verification.decisions.store import Decision
from verification.evidence.opening import Opened

_OF_A_CHECK = {
    (Check.DATA_SIGNED, SIGNATURE_DISPUTED): SIGNATURE_DISPUTED,
    (Check.CARD_STATUS, OTHER_HOLDER): OTHER_HOLDER,
}
_CODES = tuple(alarm.encode() for alarm in _OF_A_CHECK.values())


def of_checks(stands: Decision) -> tuple[Wire, ...]:
    """The alarms of a decision whose checks found what cannot both be true; mostly none."""
    if not any(code in stands.wire.body for code in _CODES):  # nearly all that stand are not decoded again
        return ()
    judged = stands.judged or msgspec.json.decode(stands.wire.body, type=TapJudged)
    found = {(each.check, each.code) for each in judged.checks}
    return tuple(
        _raised(
            alarm,
            judged.asked,
            tap=judged.tap,
            card_ref=judged.card_ref,
            event_id=_id(stands, alarm),
            time=from_timestamp(judged.judged),
        )
        for check, alarm in _OF_A_CHECK.items()
        if check in found
    )


def other_evidence(opened: Opened, *, card_ref: str | None, stands: Decision) -> Wire:
    """The alarm of a reading whose tap was judged on other evidence: one for each such evidence."""
    return _raised(
        OTHER_EVIDENCE,
        opened.read.asked,
        tap=opened.read.tap,
        card_ref=card_ref,
        event_id=_id(stands, f"{OTHER_EVIDENCE}/{opened.digest.hex()}"),
        time=from_timestamp(opened.read.ended),
    )


def _id(stands: Decision, role: str) -> UUID:
    return following_id(UUID(stands.wire.message_id), f"{ALARM_RAISED.name}/{role}")


def _raised(
    alarm: str, asked: Asked, *, tap: str, card_ref: str | None, event_id: UUID, time: datetime
) -> Wire:
    raised = AlarmRaised(
        alarm=alarm,
        tap=tap,
        region=asked.region,
        gateway=asked.gateway,
        reader=asked.reader,
        place=asked.place,
        institution=asked.institution,
        card_ref=card_ref,
    )
    return to_wire(
        event(
            ALARM_RAISED,
            raised,
            event_id=event_id,
            region=asked.region,
            source="verification",
            owner=asked.gateway,
            time=time,
        )
    )
