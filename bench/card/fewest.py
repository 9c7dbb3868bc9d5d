"""What has to cross the radio for a purpose, however clever the reader: the link's limit is reckoned from it.

It follows from the card's files and from the public order of commands alone, and from nothing that a reader
did, so a needless command makes a reading worse and never the limit larger. A reader has short commands: at
most 256 bytes in an answer, and at most 208 behind secure messaging, as the public sources have it.
"""

from collections.abc import Iterable, Mapping

from bench.card.radio import Exchange, Kind
from simulator.apdu import Command
from simulator.files import PLAIN, FileId
from simulator.secure_messaging import LONGEST_DATA, Response, SecureChannel, SessionKeys
from simulator.status_words import SUCCESS

FREE = (FileId.CONTROL, FileId.PHOTO)
PROVEN = (*FREE, FileId.BIODATA, FileId.SIGNATURE)
FINGERS = (FileId.FINGER_1, FileId.FINGER_2)
FILES = {
    "chip-check": FREE,
    "record": PROVEN,
    "identify": (*PROVEN, *FINGERS),
    "activate": (*PROVEN, *FINGERS),
    "whole card": (*PROVEN, *FINGERS, FileId.HANDWRITING),
}
"""The files that a purpose needs."""
_SELECT = Exchange(7, 2)
_UID_OF_TYPE_B = Exchange(5, 10)
"""A reader knows the UID of a type A card since it chose the card."""
_AUTHENTICATION = (Exchange(5, 10), Exchange(45, 42))
_MOST_PLAIN = 256


def fewest(needed: Iterable[FileId], lengths: Mapping[FileId, int], *, kind: Kind) -> list[Exchange]:
    """The fewest commands, and the fewest bytes, in which these files can be read."""
    exchanges = [_SELECT] + ([_UID_OF_TYPE_B] if kind is Kind.B else [])
    protected = [file for file in needed if file not in PLAIN]
    for file in set(needed) & PLAIN:
        exchanges.append(_SELECT)
        exchanges += [Exchange(5, part + 2) for part in _parts(lengths[file], _MOST_PLAIN)]
    if protected:
        exchanges += _AUTHENTICATION
    for file in protected:
        exchanges.append(_wrapped(Command(0, 0xA4, 0, 0, file.to_bytes(2, "big")), b""))
        exchanges += [
            _wrapped(Command(0, 0xB0, 0, 0, expected=part), bytes(part))
            for part in _parts(lengths[file], LONGEST_DATA)
        ]
    return exchanges


def _parts(length: int, most: int) -> list[int]:
    return [min(most, length - at) for at in range(0, length, most)]


def _wrapped(command: Command, answer: bytes) -> Exchange:
    """As long as the simulated SAM and card make it: what real ones make of it is not public."""
    channel = SecureChannel(SessionKeys(bytes(16), bytes(16)))
    return Exchange(
        len(channel.wrap_command(command)), len(channel.wrap_response(Response(answer, SUCCESS, 0)))
    )
