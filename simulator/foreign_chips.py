"""Chips that are no KTP-el, as people have them in their purses; and one that says nothing at all."""

from simulator.apdu import Command, parse
from simulator.chip import contactless_atr, uid_answer
from simulator.status_words import (
    FILE_NOT_FOUND,
    NOT_SECURED,
    NOT_SUPPORTED_BY_THE_CARD,
    SUCCESS,
    UNKNOWN_CLASS,
    UNKNOWN_INSTRUCTION,
    RefusedError,
)

_SELECT, _READ_BINARY = 0xA4, 0xB0
_BY_NAME = 0x04


class ForeignChip:
    """A chip card without files: it gives its UID, and knows nothing that it is asked for.

    The other kinds add what they know.
    """

    atr = contactless_atr(b"\x80\x31\xc0\x64")

    def __init__(self, *, uid: bytes) -> None:
        self._uid = uid

    def reset(self) -> None:
        """Does nothing: there is nothing to forget."""

    def respond(self, command: bytes) -> bytes:
        """Returns its UID, and knows no file."""
        try:
            asked = parse(command)
        except RefusedError as refusal:
            return refusal.status
        if (asked.cla, asked.ins) == (0xFF, 0xCA):
            return uid_answer(self._uid, asked.expected)
        return self._serve(asked) if asked.cla == 0 else UNKNOWN_CLASS

    def _serve(self, asked: Command) -> bytes:
        return FILE_NOT_FOUND if asked.ins == _SELECT else UNKNOWN_INSTRUCTION


class BankCard(ForeignChip):
    """A payment card: it has the directory of contactless payment (EMV), by name."""

    _DIRECTORY = b"2PAY.SYS.DDF01"

    def _serve(self, asked: Command) -> bytes:
        if (asked.ins, asked.p1, asked.data) == (_SELECT, _BY_NAME, self._DIRECTORY):
            name = b"\x84" + bytes((len(self._DIRECTORY),)) + self._DIRECTORY
            return b"\x6f" + bytes((len(name),)) + name + SUCCESS
        return super()._serve(asked)


class TravelDocument(ForeignChip):
    """An ICAO 9303 passport: its application is selected by name, and its files want access control."""

    _APPLICATION = bytes.fromhex("A0000002471001")

    def _serve(self, asked: Command) -> bytes:
        if (asked.ins, asked.p1, asked.data) == (_SELECT, _BY_NAME, self._APPLICATION):
            return SUCCESS
        return NOT_SECURED if asked.ins == _READ_BINARY else super()._serve(asked)


class FileCard(ForeignChip):
    """A plain ISO/IEC 7816-4 card with a file of its own, 2F00, and no KTP-el application."""

    _OWN = bytes.fromhex("2F00")

    def _serve(self, asked: Command) -> bytes:
        if asked.ins == _SELECT and asked.data in {self._OWN, bytes.fromhex("3F00")}:
            return SUCCESS
        if asked.ins == _READ_BINARY:
            return bytes(asked.expected or 0) + SUCCESS
        return super()._serve(asked)


class Tag(ForeignChip):
    """A memory tag: the reader knows its UID, and nothing else can be said to it."""

    atr = contactless_atr(b"\x4f\x0c\xa0\x00\x00\x03\x06\x03\x00\x03\x00\x00\x00\x00")

    def _serve(self, _: Command) -> bytes:
        return NOT_SUPPORTED_BY_THE_CARD


class GarbageChip(ForeignChip):
    """A chip that answers every command with a single byte, which is no answer."""

    def respond(self, _: bytes) -> bytes:
        """Returns too little for a status word."""
        return b"\x6f"


class MuteChip(ForeignChip):
    """A chip that is in the field and never becomes ready.

    pcscd calls a card mute when powering it fails, and vpcd's driver fails it for an answer to reset that is
    longer than the 33 bytes that ISO/IEC 7816-3 allows. An empty answer would mean that no card is there.
    """

    atr = bytes(34)

    def __init__(self) -> None:
        super().__init__(uid=b"")
