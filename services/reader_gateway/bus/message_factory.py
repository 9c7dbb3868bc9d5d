"""What a gateway says on the bus: each message has an id that follows from its tap or its count."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from chassis.crypto.sealing import Sealer
from ketuk_events import catalogue
from ketuk_events.catalogue import Kind
from ketuk_events.events import Wire, event, to_wire
from ketuk_events.evidence import Evidence
from ketuk_events.names import following_id, to_timestamp
from ketuk_events.readers import GatewayBeat, ReaderConnected, ReaderDisconnected, ReaderState
from ketuk_events.taps import CardPresented, CardRead, CardRemoved
from ketuk_events.trace import span_of, traceparent
from reader_gateway.ktp.reading import Reading
from reader_gateway.tap.tap import Tap

VERSION = "0.1.0"


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """A gateway, its name, and the seal for what only verification may read."""

    region: str
    gateway: str
    epoch: int
    sealer: Sealer

    def presented(self, tap: Tap) -> Wire:
        """A card entered the field."""
        return self._of_tap(
            catalogue.CARD_PRESENTED, tap, CardPresented(tap=str(tap.id), asked=tap.asked), tap.began
        )

    def removed(self, tap: Tap, *, now: datetime) -> Wire:
        """The card left the field."""
        return self._of_tap(catalogue.CARD_REMOVED, tap, CardRemoved(tap=str(tap.id), asked=tap.asked), now)

    def read(self, tap: Tap, reading: Reading, *, proven: bool, now: datetime) -> Wire:
        """The evidence of a tap, sealed as a whole."""
        began, ended = to_timestamp(tap.began), to_timestamp(now)
        evidence = Evidence(
            tap=str(tap.id),
            asked=tap.asked,
            began=began,
            ended=ended,
            answer=reading.answer,
            reader_proven=proven,
            files=reading.files,
            authentication=reading.authentication,
            signature=reading.signature,
            holder=reading.holder,
            tries=reading.tries,
            chip=tap.chip,
            uid=reading.uid,
            biodata=None if reading.biodata is None else _text(reading.biodata),
            signature_file=reading.signature_file,
            # what is signed is checked once more; without a signature nobody but the officer needs the photo
            photo=None if reading.signature_file is None else reading.photo,
        )
        data = CardRead(
            tap=str(tap.id),
            asked=tap.asked,
            began=began,
            ended=ended,
            evidence=self.sealer.seal(msgspec.json.encode(evidence), now=now),
        )
        return self._of_tap(catalogue.CARD_READ, tap, data, now)

    def reader(self, state: ReaderState, *, sequence: int, came: bool) -> Wire:
        """A reader came or went."""
        kind = catalogue.READER_CONNECTED if came else catalogue.READER_DISCONNECTED
        body: type[ReaderConnected | ReaderDisconnected] = ReaderConnected if came else ReaderDisconnected
        data = body(
            region=self.region, gateway=self.gateway, reader=state, epoch=self.epoch, sequence=sequence
        )
        return self._counted(kind, data, sequence)

    def beat(self, readers: tuple[ReaderState, ...], *, sequence: int, backlog: int) -> Wire:
        """The gateway lives."""
        data = GatewayBeat(
            region=self.region,
            gateway=self.gateway,
            epoch=self.epoch,
            sequence=sequence,
            readers=readers,
            backlog=backlog,
            clock=to_timestamp(datetime.now(UTC)),
            version=VERSION,
        )
        return self._counted(catalogue.GATEWAY_BEAT, data, sequence)

    def _of_tap(self, kind: Kind, tap: Tap, data: msgspec.Struct, time: datetime) -> Wire:
        header = traceparent(tap.id, span_of("tap", tap.id))
        return self._wire(kind, data, following_id(tap.id, kind.name), time, header)

    def _counted(self, kind: Kind, data: msgspec.Struct, sequence: int) -> Wire:
        role = f"{self.region}.{self.gateway}/{self.epoch}/{sequence}/{kind.name}"
        return self._wire(kind, data, following_id(UUID(int=0), role), datetime.now(UTC))

    def _wire(
        self, kind: Kind, data: msgspec.Struct, event_id: UUID, time: datetime, header: str | None = None
    ) -> Wire:
        return to_wire(
            event(
                kind,
                data,
                event_id=event_id,
                region=self.region,
                source=self.gateway,
                owner=self.gateway,
                time=time,
                traceparent=header,
            )
        )


def _text(biodata: bytes) -> str:
    """No byte is lost, for a signature covers them all."""
    try:
        return biodata.decode()
    except UnicodeDecodeError:
        return biodata.decode("latin-1")
