"""Who may know of a tap."""

from collections.abc import Iterable

from ketuk_events.asked import Asked
from ketuk_events.catalogue import CHIP_CHECK
from ketuk_events.names import from_timestamp
from ketuk_events.taps import TapJudged
from registry.disclosure.agreement import Agreement
from registry.gateways.gateway import Gateway


def entitled(
    agreements: Iterable[Agreement], *, verdict: TapJudged, gateway: Gateway
) -> tuple[Agreement, ...]:
    """The agreements under which an institution may know the verdict.

    What counts is when the verdict was given, and whose gateway it is and where it stands by the registry's
    own record: the gateway's word on its time, institution and place is not taken.
    """
    asked = verdict.asked
    judged = from_timestamp(verdict.judged)
    return tuple(
        agreement
        for agreement in agreements
        if asked.purpose != CHIP_CHECK
        and asked.purpose in agreement.purposes
        and agreement.holds_at(judged)
        and _covers(agreement, asked=asked, gateway=gateway)
    )


def _covers(agreement: Agreement, *, asked: Asked, gateway: Gateway) -> bool:
    return (
        gateway.institution == agreement.institution
        or f"{asked.gateway}/{asked.reader}" in agreement.readers
        or any(_lies_in(gateway.place, place) for place in agreement.places)
    )


def _lies_in(place: str, outer: str) -> bool:
    return place == outer or place.startswith(f"{outer}.")
