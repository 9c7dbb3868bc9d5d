"""The numbers of the serial protocol: what a request came to, and how card and finger are."""

from dataclasses import dataclass
from enum import IntEnum


class Code(IntEnum):
    """What a request came to. The terminal says the first two; the others happen on the way to it."""

    OK = 0
    DEVICE_ERROR = -1
    """The terminal reports an error; for a finger also: no match."""
    NO_DEVICE = -1001
    OPEN_FAILED = -1003
    SEND_TIMEOUT = -1005
    SEND_FAILED = -1006
    RECEIVE_TIMEOUT = -1007
    NOT_OPEN = -1012


class CardState(IntEnum):
    """How the card is, by poll; what other numbers mean is not public."""

    TIMEOUT = 3
    WAITING = 18
    SEND_FAILED = 24
    ERROR = 27
    OK = 34


class FingerState(IntEnum):
    """How the finger is, by poll; what other numbers mean is not public."""

    TIMEOUT = 3
    WAITING = 19
    SEND_FAILED = 24
    NO_MATCH = 30
    MATCH = 35


@dataclass(frozen=True, kw_only=True, slots=True)
class States:
    """What poll says, as numbers: a terminal may have more of them than are known here."""

    reader: int
    card: int
    finger: int
    device: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What info says."""

    hardware: str
    serial: str
    firmware: str


class Failed(Exception):
    """A request came to something else than `Code.OK`; its text says which code, and nothing of the card."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code
