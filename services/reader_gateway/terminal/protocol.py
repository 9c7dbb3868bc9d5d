"""The serial protocol of deployed KTP-el terminals, sans-I/O: requests to bytes, any bytes to answers.

115,200 baud, 8N1, ASCII. A request is `ektp<verb>#<args>#;`, its answer `$<verb>#<payload>#;`. There is no
check sum, no length and no escape: a payload that holds `#;` ends there, one that begins with `;` is none,
and one that holds the beginning of an answer is taken for a terminal that broke off and began again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

BAUD = 115_200
LONGEST_ANSWER = 131_072
"""Bytes: more is no answer. A day's log is the longest that a public client makes room for (100 KB)."""
LONGEST_TEXT = 64
"""Characters on the terminal's display; public clients keep room for 80 with what surrounds them."""
_WORDED = re.compile(r"[ -\"%-:<-~]*", re.ASCII)
"""Printable, without `#`, `$` and `;`, which are the protocol's own."""
_END = b"#;"


class Verb(StrEnum):
    """What a terminal can be asked."""

    ACK = "ack"
    """Is it such a terminal?"""
    OPEN = "open"
    CLOSE = "close"
    INFO = "info"
    """Its hardware id, serial number and firmware."""
    POLL = "poll"
    """How reader, card, finger and device are."""
    PUT = "put"
    """Wait for a card; which fingers does it store?"""
    FINGER = "finger"
    """Compare a finger with the card in the reader."""
    DEMOG = "demog"
    """The biodata of the card in the reader."""
    LOG = "log"
    """What the terminal noted on a day."""
    RESET = "reset"


_ANSWERED_AS = {"putktp": Verb.PUT, "machinelg": Verb.LOG}
"""The words by which public clients know two of the answers."""
_BY_WORD = {verb.value: verb for verb in Verb} | _ANSWERED_AS
_BEGIN = re.compile(rb"\$(%s)#" % b"|".join(word.encode() for word in _BY_WORD))
_LONGEST_BEGIN = max(len(word) for word in _BY_WORD) + 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One question to the terminal."""

    verb: Verb
    args: tuple[str, ...] = field(default=(), repr=False)
    within_seconds: float = 2.0
    """How long its answer may take."""

    def encode(self) -> bytes:
        """Its bytes. Raises ValueError for an argument that the protocol cannot carry."""
        return b"".join((b"ektp", self.verb.encode(), *(b"#" + _word(arg) for arg in self.args), _END))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a terminal said. The payload may be biodata: it is shown to nobody."""

    verb: Verb
    payload: bytes = field(repr=False)


class Decoder:
    """Takes bytes as they come and gives the answers that are whole; holds at most `LONGEST_ANSWER` bytes."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._looked_at = 0

    def feed(self, arrived: bytes) -> Sequence[Answer]:
        """The answers that these bytes complete; what belongs to none is dropped."""
        self._held += arrived
        answers = []
        while (end := self._held.find(_END, self._looked_at)) >= 0:
            answer = _last_begun(bytes(self._held[:end]))
            if answer is not None:
                answers.append(answer)
            del self._held[: end + len(_END)]
            self._looked_at = 0
        if len(self._held) > LONGEST_ANSWER:
            # what is too long loses its beginning, so that its end is none
            begin = _last_begin(bytes(self._held))
            del self._held[: len(self._held) - _LONGEST_BEGIN if begin is None else begin.start()]
        self._looked_at = max(0, len(self._held) - len(_END) + 1)
        return answers


def _last_begun(text: bytes) -> Answer | None:
    """What stands before an end: an answer that another one follows was broken off."""
    begin = _last_begin(text)
    return None if begin is None else Answer(_BY_WORD[begin[1].decode()], text[begin.end() :])


def _last_begin(text: bytes) -> re.Match[bytes] | None:
    begin = None
    for begin in _BEGIN.finditer(text):  # noqa: B007  the last one is wanted
        pass
    return begin if begin is not None and len(text) - begin.start() < LONGEST_ANSWER else None


def decode(anything: bytes) -> Sequence[Answer]:
    """The answers in any bytes; what a fuzzer calls."""
    return Decoder().feed(anything)


def display(text: str) -> str:
    """A text as the terminal's display and the protocol can take it."""
    return "".join(each for each in text if _WORDED.fullmatch(each))[:LONGEST_TEXT]


def _word(arg: str) -> bytes:
    if not _WORDED.fullmatch(arg):
        raise ValueError("the protocol carries printable ASCII without #, $ and ;")
    return arg.encode("ascii")
