"""A counter whose taps are chip checks, in a process of its own: libpcsclite looks for its daemon only once.

It stands on a real pcscd with the gateway's own parts and no SAM. A line on its input is `check`, which is
the officer's button, or a note in JSON. The first line of its output says that its reader is there; each
other line tells one tap: what its evidence says, and the verdict on it.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, aclosing, suppress
from pathlib import Path

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.sealing import Opener, Sealer
from dev.stack.secret_files import public_pem
from ketuk_events.asked import Asked
from ketuk_events.events import Wire, from_wire
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.taps import CardRead
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.spool import Spool
from reader_gateway.desk.display_state import Board
from reader_gateway.desk.tap_session import Desk
from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.reader import PcscReader
from reader_gateway.pcsc.sam_pool import Sam, Sams
from reader_gateway.pcsc.slot_monitor import Watch
from reader_gateway.ports.card_reader import Presence, Sighting
from reader_gateway.reader_pool import Fleet
from reader_gateway.settings import ReaderSlots
from reader_gateway.tap.chip_notes import ChipNotes
from tests.unit.verification.given import asked, case
from verification.rules.verdict import judge

ASKED: Asked = asked("chip-check")
NAME = f"{ASKED.region}.{ASKED.gateway}"
IDENTITY, KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
ANSWERS_WITHIN = 1.0


def no_sam() -> AbstractContextManager[Sam]:
    """Nobody may ask for one."""
    raise AssertionError("a chip check needs no SAM")


class Counter:
    """The parts of a gateway that a tap passes until its evidence is in the spool."""

    def __init__(self, folder: Path) -> None:
        self.spool = Spool(path=folder / "spool.sqlite")
        self.notes = ChipNotes()
        self.contexts = Contexts()
        self.told: asyncio.Queue[None] = asyncio.Queue()
        speaker = Speaker(
            region=ASKED.region,
            gateway=ASKED.gateway,
            epoch=1,
            sealer=Sealer(sender=NAME, identity=IDENTITY, recipient=KEY.public_key()),
        )
        self.board = Board()
        self.desk = Desk(
            asked=lambda: ASKED,
            spool=self.spool,
            speaker=speaker,
            board=self.board,
            reader=PcscReader(sam=None, lease=no_sam, read_seconds=20.0, contexts=self.contexts),
            matcher=None,
            chip_notes=self.notes,
            answer_seconds=ANSWERS_WITHIN,
            tapped=lambda _, __: self.told.put_nowait(None),
            pcscd_since=lambda: None,
        )
        self.fleet = Fleet(
            readers={ASKED.reader: (ReaderSlots(card="Ketuk 0 00 00"), self.desk)},
            sams=Sams(wait_seconds=1.0),
            spool=self.spool,
            speaker=speaker,
            board=self.board,
            count=lambda: 1,
        )
        self._is_here = False

    def saw(self, sighting: Sighting) -> None:
        """What the watch tells."""
        self.fleet.saw(sighting)
        if not self._is_here and sighting.presence is Presence.EMPTY:
            self._is_here = True
            tell({"reader": "here"})

    async def obey(self, line: str) -> None:
        """The officer does something."""
        if line == "check":
            # as on the page: the button is one for an empty reader
            async with aclosing(self.board.changes()) as changes:
                async for state in changes:
                    if state.readers[0].state == "ready":
                        break
            self.fleet.check_chip(ASKED.reader)
        else:
            self.notes.note(**json.loads(line))

    async def tell(self) -> None:
        """Tell of each tap, as its evidence in the spool has it."""
        while True:
            await self.told.get()
            async with self.spool.waiting(1000) as wires:
                sent = [_event(wire) for wire in wires]
            say([read for read in sent if isinstance(read, CardRead)][-1])


def _event(wire: Wire) -> msgspec.Struct:
    return from_wire(
        message_id=wire.message_id, routing_key=wire.routing_key, headers=wire.headers, body=wire.body
    ).data


def say(read: CardRead) -> None:
    """What one tap came to."""
    opener = Opener(keys=(KEY,))
    content = opener.open(
        read.evidence,
        sender=NAME,
        identities=public_pem(IDENTITY),
        sealed_at=from_timestamp(read.ended),
    )
    evidence = msgspec.json.decode(content, type=Evidence)
    verdict = judge(case(evidence))
    said = {
        "tap": read.tap,
        "outcome": verdict.outcome,
        "why": None if verdict.reason is None else [verdict.reason.code, verdict.reason.detail],
        "chip": None if evidence.chip is None else msgspec.to_builtins(evidence.chip),
    }
    tell(said)


def tell(what: Mapping[str, object]) -> None:
    """One line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def lines(obey: Callable[[str], Awaitable[None]]) -> None:
    """Every line of the input, until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        await obey(line.decode().strip())


async def main(folder: Path) -> None:
    """Stand until the input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    counter = Counter(folder)
    await counter.spool.open()
    watch = Watch(
        loop=asyncio.get_running_loop(),
        seen=counter.saw,
        looked=counter.fleet.looked,
        contexts=counter.contexts,
    )
    working = [
        asyncio.create_task(each) for each in (counter.desk.run(), counter.fleet.run(), counter.tell())
    ]
    watch.start()
    await lines(counter.obey)
    await watch.stop()
    for each in working:
        each.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*working)
    await counter.spool.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
