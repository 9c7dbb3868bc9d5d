"""Every message of the contract: its name, its class, who says it to whom."""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from ketuk_events.agency import CardOutcome
from ketuk_events.alarms import AlarmRaised
from ketuk_events.projection import (
    CardStatusChanged,
    GatewayApproved,
    GatewaySuspended,
    KeyPublished,
    PurposesChanged,
    SnapshotPart,
    SnapshotRequested,
)
from ketuk_events.readers import GatewayBeat, ReaderConnected, ReaderDisconnected, ReaderSilent
from ketuk_events.taps import CardPresented, CardRead, CardRemoved, TapJudged

CHIP_CHECK = "chip-check"
"""The purpose that is nobody's business but the officer's: no agreement can grant it."""
VERIFICATION = "verification"
"""The account of the service that judges taps, and the owner of its keys."""


class Delivery(StrEnum):
    """How much a message matters."""

    WORK = "work"
    """Outboxed, persistent, mandatory, confirmed."""
    ANNOUNCEMENT = "announcement"
    """Outboxed, persistent, whoever listens."""
    HEARTBEAT = "heartbeat"
    """Transient, expires, never outboxed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of message."""

    name: str
    """`<noun>.<verb>`."""
    body: type[Struct]
    delivery: Delivery
    sender: str
    receivers: str
    version: int = 1

    @property
    def type(self) -> str:
        """The CloudEvents type."""
        return f"id.ketuk.{self.name}.v{self.version}"

    @property
    def schema(self) -> str:
        """The CloudEvents dataschema: a URN that names the version."""
        return f"urn:ketuk:schema:{self.name}.v{self.version}"

    def routing_key(self, *, region: str, owner: str) -> str:
        """The key under which the topic exchange routes it; `owner` is the party concerned."""
        return f"{self.name}.v{self.version}.{region}.{owner}"


def _work(name: str, body: type[Struct], sender: str, receivers: str) -> Kind:
    return Kind(name=name, body=body, delivery=Delivery.WORK, sender=sender, receivers=receivers)


def _announcement(name: str, body: type[Struct], sender: str = "gateway") -> Kind:
    return Kind(
        name=name, body=body, delivery=Delivery.ANNOUNCEMENT, sender=sender, receivers="whoever listens"
    )


READER_CONNECTED = _work("reader.connected", ReaderConnected, "gateway", "registry")
READER_DISCONNECTED = _work("reader.disconnected", ReaderDisconnected, "gateway", "registry")
GATEWAY_BEAT = Kind(
    name="gateway.beat",
    body=GatewayBeat,
    delivery=Delivery.HEARTBEAT,
    sender="gateway",
    receivers="registry",
)
READER_SILENT = _announcement("reader.silent", ReaderSilent, "registry")
CARD_PRESENTED = _announcement("card.presented", CardPresented)
CARD_REMOVED = _announcement("card.removed", CardRemoved)
CARD_READ = _work("card.read", CardRead, "gateway", "verification")
TAP_JUDGED = _work("tap.judged", TapJudged, "verification", "registry, the asking gateway")
ALARM_RAISED = _work("alarm.raised", AlarmRaised, "verification", "registry")
CARD_STATUS_CHANGED = _work("card.status_changed", CardStatusChanged, "registry", "verification")
GATEWAY_APPROVED = _work("gateway.approved", GatewayApproved, "registry", "verification")
GATEWAY_SUSPENDED = _work("gateway.suspended", GatewaySuspended, "registry", "verification")
KEY_PUBLISHED = _work("key.published", KeyPublished, "registry", "verification, gateways")
PURPOSES_CHANGED = _work("purposes.changed", PurposesChanged, "registry", "verification")
SNAPSHOT_REQUESTED = _work("snapshot.requested", SnapshotRequested, "verification", "registry")
SNAPSHOT_PART = _work("snapshot.part", SnapshotPart, "registry", "verification")
CARD_VERIFIED = _work("card.verified", CardOutcome, "registry", "an agency")
CARD_REFUSED = _work("card.refused", CardOutcome, "registry", "an agency")
CARD_INCONCLUSIVE = _work("card.inconclusive", CardOutcome, "registry", "an agency")

CATALOGUE: tuple[Kind, ...] = (
    READER_CONNECTED,
    READER_DISCONNECTED,
    GATEWAY_BEAT,
    READER_SILENT,
    CARD_PRESENTED,
    CARD_REMOVED,
    CARD_READ,
    TAP_JUDGED,
    ALARM_RAISED,
    CARD_STATUS_CHANGED,
    GATEWAY_APPROVED,
    GATEWAY_SUSPENDED,
    KEY_PUBLISHED,
    PURPOSES_CHANGED,
    SNAPSHOT_REQUESTED,
    SNAPSHOT_PART,
    CARD_VERIFIED,
    CARD_REFUSED,
    CARD_INCONCLUSIVE,
)
FOR_AGENCIES: tuple[Kind, ...] = (CARD_VERIFIED, CARD_REFUSED, CARD_INCONCLUSIVE)
KIND_BY_TYPE: dict[str, Kind] = {kind.type: kind for kind in CATALOGUE}
