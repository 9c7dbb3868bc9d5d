"""`python many_threads.py SECONDS`: each slot has a thread that powers its chip on and off."""

import sys
import threading
import time
from contextlib import AbstractContextManager, suppress

from smartcard import scard

from reader_gateway.ktp.apdu import command
from reader_gateway.ktp.protocol import Dialogue, ToCard
from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.sam_pool import Sam
from reader_gateway.pcsc.transport import Grip, carry_out
from reader_gateway.ports.card_reader import SlotSilent, SlotTaken


def no_sam() -> AbstractContextManager[Sam]:
    raise AssertionError("no SAM is asked")


def one_command() -> Dialogue[bool]:
    return (yield ToCard(command(0xA4, data=b"\x7f\x0a"))).is_success


def main() -> None:
    contexts = Contexts()
    with contexts.one() as context:
        _, slots = scard.SCardListReaders(context, [])
    ends = time.monotonic() + float(sys.argv[1])
    done = dict.fromkeys(slots, 0)

    def work(slot: str) -> None:
        while time.monotonic() < ends:
            with suppress(SlotSilent, SlotTaken):
                carry_out(
                    one_command(), card=slot, lease=no_sam, within_seconds=5.0, grip=Grip(contexts=contexts)
                )
                done[slot] += 1

    threads = [threading.Thread(target=work, args=(slot,)) for slot in slots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(done.values()), done


if __name__ == "__main__":
    main()
