"""The SAM's check of the card's digital signature over biodata and photo.

The SAM sees the biodata as it is read between start and verdict. Two public clients take a failing check for
success (one accepts status 0010, one never looks): here nothing but 9000 is a signature that holds.
"""

from reader_gateway.apdu import command
from reader_gateway.ktp.dialogue import Dialogue, ToSam
from reader_gateway.ktp.protected_files import read_biodata, read_signature_file

_CHUNK = 248


def read_and_check(photo: bytes) -> Dialogue[tuple[bytes, bytes, bool]]:
    """Read biodata and signature file while the SAM watches; returns both and whether the signature holds.

    Raises Damaged where one of the files cannot be read whole.
    """
    started = yield ToSam(command(0xFA))
    biodata = yield from read_biodata()
    signature = yield from read_signature_file()
    steps = [command(0xFA, 0x06, data=signature)]
    steps += [command(0xFA, 0x03, data=photo[at : at + _CHUNK]) for at in range(0, len(photo), _CHUNK)]
    steps.append(command(0xFA, 0x04))
    holds = started.is_success
    for step in steps:
        answer = yield ToSam(step)
        holds = holds and answer.is_success
    return biodata, signature, holds
