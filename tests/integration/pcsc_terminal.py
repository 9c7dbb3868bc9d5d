"""Reads one card through a real pcscd, in a process of its own: libpcsclite looks for its daemon only once.

Takes the SAM's secrets in hex, and with `die` ends by SIGKILL in the middle of the reading. Prints what it
found as one JSON object.
"""

import json
import os
import signal
import sys

from smartcard import scard

from tests.unit.simulator.terminal import Refused, Secrets, authenticate, check_signature, read_plain, send

_WAIT_MILLISECONDS = 15_000
_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


class SilentError(Exception):
    """The slot does not answer any more."""


class Slot:
    """What is in a slot of pcscd; speaks like a simulated chip."""

    atr = b""

    def __init__(self, context: int, name: str) -> None:
        result, self._card, protocol = scard.SCardConnect(context, name, scard.SCARD_SHARE_SHARED, _PROTOCOLS)
        if result != scard.SCARD_S_SUCCESS:
            raise SilentError(name)
        self._header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        scard.SCardBeginTransaction(self._card)

    def reset(self) -> None:
        """Ends the conversation."""
        scard.SCardDisconnect(self._card, scard.SCARD_UNPOWER_CARD)

    def respond(self, command: bytes) -> bytes:
        """Returns the answer."""
        result, answer = scard.SCardTransmit(self._card, self._header, list(command))
        # vpcd's driver reports success and nothing at all when the card is pulled out in mid-command
        if result != scard.SCARD_S_SUCCESS or not answer:
            raise SilentError(scard.SCardGetErrorMessage(result))
        return bytes(answer)


def wait_for_card(context: int, slot: str) -> int:
    """Returns the slot's state as soon as there is a card in it."""
    state: int = scard.SCARD_STATE_UNAWARE
    while not state & scard.SCARD_STATE_PRESENT:
        result, changes = scard.SCardGetStatusChange(context, _WAIT_MILLISECONDS, [(slot, state)])
        if result != scard.SCARD_S_SUCCESS:
            raise SilentError(scard.SCardGetErrorMessage(result))
        state = changes[0][1] & ~scard.SCARD_STATE_CHANGED
    return state


def read(context: int, card_slot: str, sam_slot: str, secrets: Secrets, *, die: bool) -> dict[str, object]:
    """Returns what became of one card."""
    state = wait_for_card(context, card_slot)
    found: dict[str, object] = {"mute": bool(state & scard.SCARD_STATE_MUTE), "counter": state >> 16}
    try:
        card = Slot(context, card_slot)
        try:
            send(card, "00A40000", bytes.fromhex("7F0A"))
            if die:
                os.kill(os.getpid(), signal.SIGKILL)
            found["photo"] = len(read_plain(card, "6FF2"))
            sam = Slot(context, sam_slot)
            try:
                authenticate(card, sam, secrets)
                found["biodata"] = check_signature(card, sam)
            finally:
                sam.reset()
        finally:
            card.reset()
    except (Refused, SilentError) as error:
        found["error"] = repr(error)
    return found


def main() -> None:
    """Reads one card and prints what it found."""
    pcid, conf, *how = sys.argv[1:]
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, slots = scard.SCardListReaders(context, [])
    secrets = Secrets(pcid=bytes.fromhex(pcid), conf=bytes.fromhex(conf))
    sys.stdout.write(json.dumps(read(context, slots[0], slots[1], secrets, die="die" in how)))


if __name__ == "__main__":
    main()
