"""The SAM's check of the card's digital signature over biodata and photo.

The SAM sees the biodata as it is read between start and verdict. Two public clients take a failing check for
success (one accepts status 0010, one never looks): here nothing but 9000 is a signature that holds.
"""

from reader_gateway.ktp.apdu import command
from reader_gateway.ktp.protocol import Dialogue, ToSam

_CHUNK = 255


def start_check() -> Dialogue[bool]:
    """From now on the SAM watches; whether it does."""
    return (yield ToSam(command(0xFA))).is_success


def finish_check(*, signature: bytes, photo: bytes) -> Dialogue[bool]:
    """Whether the signature holds over the biodata that the SAM saw and the photo that it is given."""
    steps = [command(0xFA, 0x06, data=signature)]
    steps += [command(0xFA, 0x03, data=photo[at : at + _CHUNK]) for at in range(0, len(photo), _CHUNK)]
    steps.append(command(0xFA, 0x04))
    for step in steps:
        answer = yield ToSam(step)
        if not answer.is_success:
            return False
    return True
