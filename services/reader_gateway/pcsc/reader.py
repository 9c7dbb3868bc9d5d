"""A reader on PC/SC: dialogues with the card and with a leased SAM; see `card_reader.CardReader`."""

import asyncio
from functools import partial

import structlog

from reader_gateway.ktp.mutual_authentication import SamSecrets
from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ktp.read_card import read_card
from reader_gateway.ktp.reading import Reading
from reader_gateway.ktp.reading_progress import Course
from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.daemon_thread import aside
from reader_gateway.pcsc.transport import Grip, Lease, carry_out
from reader_gateway.ports.card_reader import Sighting

_HANGS_SECONDS = 5.0
"""After which a chip that has not answered one command is not waited for."""
_LET_GO_SECONDS = 0.2


class PcscReader:
    """Each reading has a thread of its own, for a driver may never return.

    Args:
        sam: secrets of the SAM, where the gateway has them.
        lease: a SAM that this reader may use.
        read_seconds: how long a whole reading may take.
        contexts: of this process.
    """

    def __init__(
        self, *, sam: SamSecrets | None, lease: Lease, read_seconds: float, contexts: Contexts
    ) -> None:
        self._sam = sam
        self._lease = lease
        self._read_seconds = read_seconds
        self._contexts = contexts
        self._log = structlog.get_logger(part="pcsc")

    async def read(self, sighting: Sighting, *, needs: Needs) -> Reading:
        """See `CardReader`."""
        if needs.sam and self._sam is None:
            self._log.warning("no secrets for a SAM", slot=sighting.slot)
        course, grip = Course(), Grip(contexts=self._contexts)
        read = partial(
            carry_out,
            read_card(needs=needs, sam=self._sam, course=course),
            card=sighting.slot,
            lease=self._lease,
            within_seconds=self._read_seconds,
            grip=grip,
            asks=course.asks,
        )
        reading = asyncio.create_task(aside(read, name=f"reading {sighting.slot}"))
        try:
            async with asyncio.timeout(self._read_seconds + _HANGS_SECONDS):
                while (patience := _HANGS_SECONDS - course.silent_for()) > 0:
                    await asyncio.wait({reading}, timeout=patience)
                    if reading.done():
                        return reading.result()
        except TimeoutError:
            pass
        finally:
            # the thread ends when the driver returns, at the latest when the silent chip has left
            reading.cancel()
        given_up = course.given_up()
        let_go = asyncio.create_task(
            aside(partial(grip.give_up, sam_hangs=course.waits_for_sam), name="give up")
        )
        await asyncio.wait({let_go}, timeout=_LET_GO_SECONDS)
        return given_up
