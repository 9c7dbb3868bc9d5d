"""The readers of this counter: each on PC/SC, or a terminal on a serial line."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from reader_gateway.ktp.mutual_authentication import SamSecrets
from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.reader import PcscReader
from reader_gateway.pcsc.sam_pool import Sams
from reader_gateway.ports.card_reader import CardReader
from reader_gateway.reader_pool import Fleet
from reader_gateway.settings import GatewaySettings, ReaderSlots, TerminalPort
from reader_gateway.terminal.driver import Terminal
from reader_gateway.terminal.reading import Operator

_EPOCH_BITS = 24
"""A terminal's cards are counted from here on in each start: pcscd's own count is of 16 bits.

An epoch is a time in seconds, and a count fits 63 bits.
"""


def slots_of(settings: GatewaySettings) -> dict[str, ReaderSlots]:
    """The readers on PC/SC, by name."""
    return {name: slots for name, slots in settings.readers.items() if isinstance(slots, ReaderSlots)}


def terminals_of(settings: GatewaySettings, *, epoch: int, fleet: Callable[[], Fleet]) -> dict[str, Terminal]:
    """The terminals, by name; they tell the fleet, which is not there yet, what they see."""
    return {
        name: Terminal(
            pattern=port.terminal,
            operator=_operator(settings),
            first=epoch << _EPOCH_BITS,
            loop=asyncio.get_running_loop(),
            seen=lambda sighting, name=name: fleet().saw(sighting, reader=name),  # type: ignore[misc]
            looked=lambda name=name: fleet().looked(reader=name),  # type: ignore[misc]
        )
        for name, port in settings.readers.items()
        if isinstance(port, TerminalPort)
    }


def readers_of(
    settings: GatewaySettings, *, terminals: Mapping[str, Terminal], sams: Sams, contexts: Contexts
) -> dict[str, CardReader]:
    """All of them, by name."""
    on_pcsc = {
        name: PcscReader(
            sam=_sam_secrets(settings),
            lease=partial(sams.lease, slots.sam or ""),
            read_seconds=settings.read_seconds,
            contexts=contexts,
        )
        for name, slots in slots_of(settings).items()
    }
    return {**on_pcsc, **terminals}


def _operator(settings: GatewaySettings) -> Operator:
    name = settings.terminal_operator or settings.officer
    return Operator(name=name, nik=settings.terminal_operator_nik or "")


def _sam_secrets(settings: GatewaySettings) -> SamSecrets | None:
    if settings.sam_pcid is None or settings.sam_conf is None:
        return None
    return SamSecrets(pcid=bytes.fromhex(settings.sam_pcid), conf=bytes.fromhex(settings.sam_conf))
