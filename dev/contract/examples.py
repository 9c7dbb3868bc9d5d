"""An example of each message, as typed values. All names and codes in them are invented."""

from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from ketuk_events import catalogue
from ketuk_events.agency import CardOutcome, Rules
from ketuk_events.alarms import SIGNATURE_DISPUTED, AlarmRaised
from ketuk_events.asked import Asked
from ketuk_events.catalogue import Kind
from ketuk_events.events import Event, event
from ketuk_events.outcomes import Check
from ketuk_events.projection import (
    CardStatusChanged,
    GatewayApproved,
    GatewaySuspended,
    KeyPublished,
    Purpose,
    PurposesChanged,
    SnapshotPart,
    SnapshotRequested,
)
from ketuk_events.readers import (
    GatewayBeat,
    ReaderConnected,
    ReaderDisconnected,
    ReaderSilent,
    ReaderState,
)
from ketuk_events.sealed import KeyWrap, Sealed
from ketuk_events.taps import CardPresented, CardRead, CardRemoved, CheckResult, TapJudged

_TAP = "01a20b56-3a4d-7c3e-9d52-3f6a1b2c4d5e"
_WHEN = "2026-11-24T02:15:30.125Z"
_LATER = "2026-11-24T02:15:30.480Z"
_REF = "5f" * 32
_PEM = "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n"

_ASKED = Asked(
    region="3372",
    gateway="kelurahan-jebres",
    reader="loket-1",
    place="33.72.04.1010",
    institution="kelurahan-jebres",
    officer="petugas-7",
    purpose="record",
)
_READER = ReaderState(reader="loket-1", model="Ketuk 0 00 00", state="ready", sam=True, physical=False)
_SEALED = Sealed(
    wrap=KeyWrap(
        recipient="3f9c2b7d10a4e855",
        sender="3372.kelurahan-jebres",
        valid_until="2026-11-24T03:15:30.125Z",
        wrapped=b"\x04" + bytes(96),
        signature=b"\x30\x44",
    ),
    nonce=bytes(12),
    ciphertext=b"\x00\x01\x02\x03",
)
_PASSED = tuple(
    CheckResult(check=check, result="passed", code="ok")
    for check in (
        Check.READER_TRUSTED,
        Check.CHIP_ANSWERS,
        Check.CHIP_READABLE,
        Check.CARD_AUTHENTIC,
        Check.DATA_SIGNED,
        Check.CARD_STATUS,
    )
)
_CARD = CardStatusChanged(card_ref=_REF, status="active", version=2)
_APPROVED = GatewayApproved(
    region="3372",
    gateway="kelurahan-jebres",
    institution="kelurahan-jebres",
    place="33.72.04.1010",
    public_key=_PEM,
    version=3,
)
_PURPOSES = PurposesChanged(
    version=1,
    purposes=(
        Purpose(
            purpose="chip-check",
            needs=("reader.trusted", "chip.answers", "chip.readable"),
            good_word="alive",
            wants_status="active",
            max_age_seconds=300,
        ),
    ),
)


def _outcome(outcome: str, assurance: str, reason: str) -> CardOutcome:
    verified = outcome == "verified"
    return CardOutcome(
        audience="polresta-surakarta",
        tap="9b" * 16,
        tapped=_WHEN,
        place="33.72.05.1011",
        reader="spkt-1",
        officer="petugas-3",
        outcome=outcome,
        assurance=assurance,
        reason=reason,
        rules=Rules(
            purpose="record", purpose_version=1, agreement="PKS-3372-POLRESTA-2026", agreement_version=2
        ),
        person="c1" * 16 if verified else None,
        attributes="eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9…" if verified else None,
    )


_BODIES: dict[Kind, Struct] = {
    catalogue.READER_CONNECTED: ReaderConnected(
        region="3372", gateway="kelurahan-jebres", reader=_READER, epoch=4, sequence=1
    ),
    catalogue.READER_DISCONNECTED: ReaderDisconnected(
        region="3372", gateway="kelurahan-jebres", reader=_READER, epoch=4, sequence=9
    ),
    catalogue.GATEWAY_BEAT: GatewayBeat(
        region="3372",
        gateway="kelurahan-jebres",
        epoch=4,
        sequence=10,
        readers=(_READER,),
        backlog=0,
        clock=_WHEN,
        version="0.1.0",
    ),
    catalogue.READER_SILENT: ReaderSilent(
        region="3372",
        gateway="kelurahan-jebres",
        reader="loket-1",
        institution="kelurahan-jebres",
        place="33.72.04.1010",
        heard=_WHEN,
        version=7,
    ),
    catalogue.CARD_PRESENTED: CardPresented(tap=_TAP, asked=_ASKED),
    catalogue.CARD_REMOVED: CardRemoved(tap=_TAP, asked=_ASKED),
    catalogue.CARD_READ: CardRead(tap=_TAP, asked=_ASKED, began=_WHEN, ended=_LATER, evidence=_SEALED),
    catalogue.TAP_JUDGED: TapJudged(
        tap=_TAP,
        asked=_ASKED,
        began=_WHEN,
        judged=_LATER,
        outcome="verified",
        assurance="genuine",
        reason=None,
        checks=_PASSED,
        purpose_version=1,
        projection_version=17,
        card_ref=_REF,
        person=_SEALED,
    ),
    catalogue.ALARM_RAISED: AlarmRaised(
        alarm=SIGNATURE_DISPUTED,
        tap=_TAP,
        region="3372",
        gateway="kelurahan-jebres",
        reader="loket-1",
        place="33.72.04.1010",
        institution="kelurahan-jebres",
        card_ref=_REF,
    ),
    catalogue.CARD_STATUS_CHANGED: _CARD,
    catalogue.GATEWAY_APPROVED: _APPROVED,
    catalogue.GATEWAY_SUSPENDED: GatewaySuspended(region="3372", gateway="kelurahan-jebres", version=4),
    catalogue.KEY_PUBLISHED: KeyPublished(
        key_id="3f9c2b7d10a4e855",
        use="seal",
        public_key=_PEM,
        valid_until="2027-11-24T00:00:00.000Z",
        version=1,
        owner="verification",
        valid_from="2026-11-24T00:00:00.000Z",
        root_signature=b"\x30\x44",
    ),
    catalogue.PURPOSES_CHANGED: _PURPOSES,
    catalogue.SNAPSHOT_REQUESTED: SnapshotRequested(asked_by="verification"),
    catalogue.SNAPSHOT_PART: SnapshotPart(
        part=1, parts=1, cards=(_CARD,), approved=(_APPROVED,), purposes=_PURPOSES
    ),
    catalogue.CARD_VERIFIED: _outcome("verified", "genuine", ""),
    catalogue.CARD_REFUSED: _outcome("refused", "chip", "card.authentic/authentication-failed"),
    catalogue.CARD_INCONCLUSIVE: _outcome("inconclusive", "none", "chip.readable/card-removed"),
}


def examples() -> dict[Kind, Event]:
    """One event of each kind of the catalogue."""
    return {
        kind: event(
            kind,
            body,
            event_id=UUID("0190a6e0-5b1d-7000-8000-000000000001"),
            region="3372",
            source="kelurahan-jebres" if kind.sender == "gateway" else kind.sender,
            owner="polresta-surakarta" if kind in catalogue.FOR_AGENCIES else "kelurahan-jebres",
            time=datetime(2026, 11, 24, 2, 15, 30, 125_000, tzinfo=UTC),
        )
        for kind, body in _BODIES.items()
    }
