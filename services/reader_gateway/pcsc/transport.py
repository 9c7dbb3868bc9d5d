"""Carries out a dialogue with the card in one slot and a SAM in another; blocks, so it runs in a thread."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

from smartcard import scard

from reader_gateway.ktp.apdu import Garbage, Response, response
from reader_gateway.ktp.protocol import (
    CardLeft,
    Dialogue,
    ReaderGone,
    SamAway,
    SamBroken,
    SamBusy,
    ToCard,
    TooSlow,
    ToSam,
)
from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.sam_pool import Sam
from reader_gateway.ports.card_reader import SlotGone, SlotSilent, SlotTaken

_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_READER_IS_GONE = frozenset(
    {
        scard.SCARD_E_NO_SERVICE,
        scard.SCARD_E_SERVICE_STOPPED,
        scard.SCARD_E_READER_UNAVAILABLE,
        scard.SCARD_E_UNKNOWN_READER,
        # what libpcsclite says when its daemon dies in mid-command, and from then on
        scard.SCARD_F_COMM_ERROR,
        scard.SCARD_E_INVALID_HANDLE,
    }
)
Said = TypeVar("Said")
Lease = Callable[[], AbstractContextManager[Sam]]
Asks = Callable[[ToCard | ToSam | None], None]


class _Connection:
    """A chip in a slot."""

    def __init__(self, card: int, protocol: int) -> None:
        self._card = card
        self._header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

    def transmit(self, command: bytes) -> Response:
        """Raises SlotSilent where no answer comes, Garbage where it is none."""
        result, answer = scard.SCardTransmit(self._card, self._header, list(command))
        if result in _READER_IS_GONE:
            raise SlotGone
        # the driver of a chip that leaves in mid-command may report success, and nothing
        if result != scard.SCARD_S_SUCCESS or not answer:
            raise SlotSilent
        return response(bytes(answer))


def _connected(hold: ExitStack, slot: str, contexts: Contexts) -> _Connection:
    """The chip in a slot, until `hold` is closed."""
    context = hold.enter_context(contexts.one())
    # alone with the chip: what another programme sends in between would end the session
    result, card, protocol = scard.SCardConnect(context, slot, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS)
    if result == scard.SCARD_E_SHARING_VIOLATION:
        raise SlotTaken
    if result in _READER_IS_GONE:
        contexts.spoil(context)
        raise SlotGone
    if result != scard.SCARD_S_SUCCESS:
        raise SlotSilent
    hold.callback(contexts.let_go, card, context=context)
    # should this process die, pcscd resets a chip in mid-transaction
    scard.SCardBeginTransaction(card)
    return _Connection(card, protocol)


class Grip:
    """What a reading holds: its card and its SAM, each by a context of its own.

    So one that hangs in its driver does not keep the other from the next reading.
    """

    def __init__(self, *, contexts: Contexts) -> None:
        self.contexts = contexts
        self.card = ExitStack()
        self.sam = ExitStack()
        self.is_given_up = False

    def give_up(self, *, sam_hangs: bool) -> None:
        """Called from another thread while a command hangs: let go of the chip that does not."""
        self.is_given_up = True
        (self.card if sam_hangs else self.sam).close()

    def let_go(self) -> None:
        """Nothing is held any more."""
        self.sam.close()
        self.card.close()


class _Chips:
    """The card and, from the first command for it, a SAM."""

    def __init__(self, grip: Grip, *, card: str, lease: Lease, deadline: float, asks: Asks) -> None:
        self._grip = grip
        self._lease = lease
        self._deadline = deadline
        self._asks = asks
        self._card = _connected(grip.card, card, grip.contexts)
        self._sam: _Connection | None = None
        self._leased: Sam | None = None

    def answer(self, step: ToCard | ToSam) -> Response:
        """What a chip says to a step. Raises what a dialogue is to be told, or Garbage."""
        if self._grip.is_given_up or time.monotonic() > self._deadline:
            raise TooSlow
        try:
            return self._answer(step)
        finally:
            self._asks(None)

    def _answer(self, step: ToCard | ToSam) -> Response:
        if isinstance(step, ToCard):
            self._asks(step)
            try:
                return self._card.transmit(step.command)
            except SlotGone:
                raise ReaderGone from None
            except SlotSilent:
                raise CardLeft from None
        try:
            return self._ask_sam(step)
        except SlotTaken:
            raise SamBusy from None
        except SlotSilent:
            raise SamAway from None
        except Garbage:
            raise SamBroken from None

    def _ask_sam(self, step: ToSam) -> Response:
        if self._leased is None:
            self._leased = self._grip.sam.enter_context(self._lease())
        self._asks(step)
        with self._leased.asked():
            return self._answer_of(self._leased, step)

    def _answer_of(self, leased: Sam, step: ToSam) -> Response:
        if self._sam is None:
            self._sam = _connected(self._grip.sam, leased.slot, self._grip.contexts)
        if not step.counts_a_try:
            return self._sam.transmit(step.command)
        if leased.refusal is None:
            answer = self._sam.transmit(step.command)
            if answer.is_success:
                return answer
            leased.refusal = answer
        return leased.refusal


def carry_out(
    dialogue: Dialogue[Said],
    *,
    card: str,
    lease: Lease,
    within_seconds: float,
    grip: Grip,
    asks: Asks = lambda _: None,
) -> Said:
    """Run a dialogue to its end.

    A dialogue that is not at its end after `within_seconds` is told so before its next command. `asks` is
    told of each command before it is sent, for a driver may never return from one, and of None after that;
    whoever waits no longer then tells `grip`, which is this reading's own.

    Raises SlotSilent where the card does not answer at all, SlotTaken where another programme has it.
    """
    try:
        chips = _Chips(grip, card=card, lease=lease, deadline=time.monotonic() + within_seconds, asks=asks)
        step = next(dialogue)
        while True:
            try:
                answer: Response | Exception = chips.answer(step)
            except (CardLeft, SamAway, SamBroken, SamBusy, TooSlow, Garbage) as why:
                answer = why
            try:
                step = dialogue.send(answer) if isinstance(answer, Response) else dialogue.throw(answer)
            except StopIteration as end:
                said: Said = end.value
                return said
    finally:
        grip.let_go()
