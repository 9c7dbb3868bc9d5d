"""Letters that must end among the dead ones: malformed, forged, or not from where they say."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from uuid import uuid4

import msgspec
from msgspec import Struct, structs

from ketuk_events.taps import CardRead


class Letter(Struct, frozen=True, kw_only=True):
    """A message, and the account that publishes it."""

    user: str
    message_id: str
    routing_key: str
    headers: dict[str, str]
    body: bytes


def _truncated(letter: Letter) -> Letter:
    return structs.replace(letter, body=letter.body[: len(letter.body) // 2])


def _nested(letter: Letter) -> Letter:
    return structs.replace(letter, body=b'{"tap":' + b"[" * 2_000 + b"]" * 2_000 + b"}")


def _wrongly_typed(letter: Letter) -> Letter:
    return structs.replace(letter, body=letter.body.replace(b'"began":"', b'"began":7,"x":"', 1))


def _unknown_type(letter: Letter) -> Letter:
    return structs.replace(letter, headers=letter.headers | {"cloudEvents_type": "id.ketuk.card.read.v9"})


def _published_by_another(letter: Letter) -> Letter:
    return structs.replace(letter, user="3372.bench-other")


def _altered(letter: Letter) -> Letter:
    read = msgspec.json.decode(letter.body, type=CardRead)
    sealed = structs.replace(read.evidence, ciphertext=bytes(len(read.evidence.ciphertext)))
    return structs.replace(letter, body=msgspec.json.encode(structs.replace(read, evidence=sealed)))


def _unsigned_wrap(letter: Letter) -> Letter:
    read = msgspec.json.decode(letter.body, type=CardRead)
    wrap = structs.replace(read.evidence.wrap, wrapped=uuid4().bytes * 6)
    sealed = structs.replace(read.evidence, wrap=wrap)
    return structs.replace(letter, body=msgspec.json.encode(structs.replace(read, evidence=sealed)))


def _of_another_tap(letter: Letter) -> Letter:
    read = msgspec.json.decode(letter.body, type=CardRead)
    return structs.replace(
        letter, body=msgspec.json.encode(structs.replace(read, tap=f"{read.tap[:-4]}beef"))
    )


KINDS: tuple[Callable[[Letter], Letter], ...] = (
    _truncated,
    _nested,
    _wrongly_typed,
    _unknown_type,
    _published_by_another,
    _altered,
    _unsigned_wrap,
    _of_another_tap,
)


def hostile(good: Sequence[Letter]) -> Iterator[Letter]:
    """One hostile letter for each good one, of all kinds in turn, with ids of their own."""
    for letter, kind in zip(good, cycle(KINDS), strict=False):
        own = str(uuid4())
        named = structs.replace(letter, message_id=own, headers=letter.headers | {"cloudEvents_id": own})
        yield kind(named)
