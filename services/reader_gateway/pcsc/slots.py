"""Carries out a dialogue with the card in one slot and the SAM in another; blocks, so it runs in a thread."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from smartcard import scard

from reader_gateway.apdu import Garbage, Response, response
from reader_gateway.ktp.dialogue import CardLeft, Dialogue, SamAway, ToCard, ToSam

_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
Said = TypeVar("Said")


class SlotSilent(Exception):
    """Nothing in the slot answers."""


class _Connection:
    """A chip in a slot."""

    def __init__(self, card: int, protocol: int) -> None:
        self._card = card
        self._header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

    def transmit(self, command: bytes) -> Response:
        """Raises SlotSilent where no answer comes, Garbage where it is none."""
        result, answer = scard.SCardTransmit(self._card, self._header, list(command))
        # the driver of a chip that leaves in mid-command may report success, and nothing
        if result != scard.SCARD_S_SUCCESS or not answer:
            raise SlotSilent
        return response(bytes(answer))


@contextmanager
def _connected(context: int, slot: str) -> Iterator[_Connection]:
    result, card, protocol = scard.SCardConnect(context, slot, scard.SCARD_SHARE_SHARED, _PROTOCOLS)
    if result != scard.SCARD_S_SUCCESS:
        raise SlotSilent
    try:
        # alone with the chip: and should this process die, pcscd resets a chip in mid-transaction
        scard.SCardBeginTransaction(card)
        yield _Connection(card, protocol)
    finally:
        # without power the chip forgets the session, and a card knows that its reading has ended
        scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)


def carry_out(dialogue: Dialogue[Said], *, card: str, sam: str | None) -> Said:
    """Run a dialogue to its end. Raises SlotSilent where the card does not answer at all."""
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        raise SlotSilent
    with ExitStack() as open_slots:
        open_slots.callback(scard.SCardReleaseContext, context)
        to_card = open_slots.enter_context(_connected(context, card))
        to_sam: _Connection | None = None
        step = next(dialogue)
        while True:
            try:
                if isinstance(step, ToSam) and to_sam is None:
                    to_sam = open_slots.enter_context(_connected(context, sam or ""))
                chip = to_card if isinstance(step, ToCard) or to_sam is None else to_sam
                answer: Response | Exception = chip.transmit(step.command)
            except SlotSilent:
                answer = CardLeft() if isinstance(step, ToCard) else SamAway()
            except Garbage as garbage:
                answer = garbage
            try:
                step = dialogue.send(answer) if isinstance(answer, Response) else dialogue.throw(answer)
            except StopIteration as end:
                said: Said = end.value
                return said
