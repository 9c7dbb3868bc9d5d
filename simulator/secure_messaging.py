"""The protected conversation between card and SAM, once they have authenticated each other.

Both ends count the messages; the count goes into every code, so that nothing can be replayed or left out. The
gateway between them carries these bytes without understanding them.
"""

from dataclasses import dataclass

from simulator import tlv
from simulator.apdu import AS_MUCH_AS_THERE_IS, Command
from simulator.status_words import WRONG_LENGTH, WRONG_PROTECTION, RefusedError
from simulator.symmetric import BLOCK, authentic, authentication_code, decrypt, derive, encrypt

PROTECTED_CLASS = 0x0C

# A block of data that fits, protected, into one short command or answer.
LONGEST_DATA = 0xD0

_DATA = 0x87
_EXPECTED = 0x97
_STATUS = 0x99
_FILE = 0x83
_CODE = 0x8E

_PADDING_INDICATOR = b"\x01"
_STATUS_LENGTH = 2


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The keys of one session, 16 bytes each."""

    encryption: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What the card says under protection; `file_id` is the file that was selected, 0 for none."""

    data: bytes
    status: bytes
    file_id: int


class SecureChannel:
    """One end of the conversation."""

    def __init__(self, keys: SessionKeys) -> None:
        self._keys = keys
        self._count = 0

    def wrap_command(self, command: Command) -> bytes:
        """Returns the command as the SAM hands it out for the card.

        Raises:
            RefusedError: It carries more data than fits into a short command once it is protected.
        """
        if len(command.data) > LONGEST_DATA:
            raise RefusedError(WRONG_LENGTH)
        self._count += 1
        header = bytes((PROTECTED_CLASS, command.ins, command.p1, command.p2))
        objects = b""
        if command.data:
            objects += tlv.encode(_DATA, self._encrypted(command.data))
        if command.expected is not None:
            objects += tlv.encode(_EXPECTED, bytes((command.expected % AS_MUCH_AS_THERE_IS,)))
        objects += self._code(header, objects)
        return header + bytes((len(objects),)) + objects + b"\0"

    def unwrap_command(self, wrapped: Command) -> Command:
        """Returns the plain command that the card is to carry out.

        Raises:
            RefusedError: It does not come from the other end, or not in this order.
        """
        self._count += 1
        objects = self._checked(wrapped.header, wrapped.data)
        data = self._decrypted(objects[_DATA]) if _DATA in objects else b""
        expected = (objects[_EXPECTED][0] or AS_MUCH_AS_THERE_IS) if objects.get(_EXPECTED) else None
        return Command(0, wrapped.ins, wrapped.p1, wrapped.p2, data, expected)

    def wrap_response(self, response: Response) -> bytes:
        """Returns the card's answer, its plain status word at the end."""
        self._count += 1
        objects = tlv.encode(_FILE, response.file_id.to_bytes(2, "big"))
        if response.data:
            objects += tlv.encode(_DATA, self._encrypted(response.data))
        objects += tlv.encode(_STATUS, response.status)
        return objects + self._code(b"", objects) + response.status

    def unwrap_response(self, wrapped: bytes) -> Response:
        """Returns what the card said.

        Raises:
            RefusedError: It was not said by the other end, or not in answer to the last command.
        """
        self._count += 1
        objects = self._checked(b"", wrapped[:-_STATUS_LENGTH])
        if _STATUS not in objects or objects[_STATUS] != wrapped[-_STATUS_LENGTH:]:
            raise RefusedError(WRONG_PROTECTION)
        return Response(
            data=self._decrypted(objects[_DATA]) if _DATA in objects else b"",
            status=objects[_STATUS],
            file_id=int.from_bytes(objects.get(_FILE, b""), "big"),
        )

    def _code(self, header: bytes, objects: bytes) -> bytes:
        return tlv.encode(_CODE, authentication_code(self._keys.mac, self._counter() + header + objects))

    def _checked(self, header: bytes, raw: bytes) -> dict[int, bytes]:
        objects = tlv.decode(raw)
        code = objects.pop(_CODE, b"")
        covered = raw[: len(raw) - len(tlv.encode(_CODE, code))]
        if not authentic(self._keys.mac, self._counter() + header + covered, code):
            raise RefusedError(WRONG_PROTECTION)
        return objects

    def _counter(self) -> bytes:
        return self._count.to_bytes(BLOCK, "big")

    def _iv(self) -> bytes:
        return derive(self._keys.encryption, "iv", self._counter())

    def _encrypted(self, data: bytes) -> bytes:
        padded = data + b"\x80"
        padded += bytes(-len(padded) % BLOCK)
        return _PADDING_INDICATOR + encrypt(self._keys.encryption, self._iv(), padded)

    def _decrypted(self, value: bytes) -> bytes:
        return decrypt(self._keys.encryption, self._iv(), value[1:]).rstrip(b"\0")[:-1]
