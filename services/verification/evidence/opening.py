"""Opens `card.read`: who sent it, whether the seal holds, and whether it says inside what it says outside.

What fails here is not authenticated: it goes to the dead letters and leaves no trace, so that nobody can burn
another's tap.
"""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256

import msgspec
from msgspec import Struct

from chassis.crypto.sealing import BrokenSeal, Opener, OtherRecipient
from chassis.messaging.batch_consumer import Arrival
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.tap_ids import milliseconds, told_by
from ketuk_events.taps import CardRead
from verification.rules.case import KnownGateway

ID_SLACK = timedelta(minutes=1)
"""Between the time that a tap's id tells and the one at which it began, which are one and the same."""
_EVIDENCE = msgspec.json.Decoder(Evidence)


class Unauthenticated(Exception):
    """The message does not come from where it says; `str()` says why, without its content."""

    may_pass = False
    """Whether it may yet count, unchanged, once something is mended here."""


class NotYetAuthenticated(Unauthenticated):
    """What is known here does not fit the message: the gateway, its institution or our key."""

    may_pass = True


class Opened(Struct, frozen=True, kw_only=True):
    """A message that is authentic, and its evidence."""

    arrival: Arrival
    read: CardRead
    evidence: Evidence
    digest: bytes
    """SHA-256 of the evidence as its gateway wrote it: the same under another seal or for another version."""
    gateway: KnownGateway


def open_reading(arrival: Arrival, *, gateways: Mapping[str, KnownGateway], opener: Opener) -> Opened:
    """Authenticate and open. `gateways` is by `<region>.<gateway>`. Raises Unauthenticated."""
    read = arrival.event.data
    if not isinstance(read, CardRead):
        raise Unauthenticated(f"{arrival.event.kind.name} is not for this queue")
    sender = f"{read.asked.region}.{read.asked.gateway}"
    if arrival.user != sender:
        raise Unauthenticated("published by another account than its gateway's")
    gateway = gateways.get(sender)
    if gateway is None:
        raise NotYetAuthenticated("unknown gateway")
    if gateway.institution != read.asked.institution:
        raise NotYetAuthenticated("the gateway belongs to another institution")
    try:
        began, ended = from_timestamp(read.began), from_timestamp(read.ended)
        content = opener.open(read.evidence, sender=sender, identities=gateway.public_key, sealed_at=ended)
        evidence = _EVIDENCE.decode(content)
    except OtherRecipient as other:
        # signed by its gateway: a key of ours may be missing
        raise NotYetAuthenticated(str(other)) from None
    except BrokenSeal as broken:
        raise Unauthenticated(str(broken)) from None
    except (ValueError, msgspec.DecodeError, RecursionError):
        raise Unauthenticated("the evidence is not of the contract") from None
    inside = (evidence.tap, evidence.asked, evidence.began, evidence.ended)
    if inside != (read.tap, read.asked, read.began, read.ended) or ended < began:
        raise Unauthenticated("says another thing inside than outside")
    if abs(told_by(read.tap) - milliseconds(began)) > ID_SLACK / timedelta(milliseconds=1):
        # the id decides where the decision is kept, and for how long
        raise Unauthenticated("the tap's id tells another time than the tap")
    return Opened(
        arrival=arrival, read=read, evidence=evidence, digest=sha256(content).digest(), gateway=gateway
    )
