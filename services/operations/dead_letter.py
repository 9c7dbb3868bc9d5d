"""A dead letter as an operator sees it, and how it is sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import aio_pika
import msgspec
from aio_pika.abc import AbstractIncomingMessage

from chassis.messaging.dead_letters import BODY_BYTES, BODY_SHA256
from ketuk_events.catalogue import KIND_BY_TYPE
from ketuk_events.names import from_timestamp, to_timestamp

_OURS = (
    "ketuk-reason", "ketuk-queue", "ketuk-routing-key", "ketuk-user", "ketuk-died", BODY_BYTES, BODY_SHA256,
)  # fmt: skip
REPLAYED = "ketuk-replayed"
REPLAYED_AT = "ketuk-replayed-at"


class NotAgain(Exception):
    """A dead letter that cannot be sent again as it was; `str()` says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """Where a message died, of what, and who had sent it; nothing of its content."""

    id: str
    type: str
    queue: str
    """In which it died."""
    reason: str
    died: str
    """RFC 3339, UTC."""
    routing_key: str
    user: str
    """The account that had published it; empty where it did not say so."""
    size: int
    """Of the body as it was sent, in bytes."""
    is_cut: bool
    """Whether the beginning of the body is all that was kept."""
    replayed: int
    """How often it was sent again before."""

    @property
    def why_not_again(self) -> str | None:
        """Why it cannot be sent again as it was; None where it can."""
        if not self.user:
            return "nobody knows who sent it"
        return "the beginning of its body is all that is there" if self.is_cut else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which dead letters are meant; what is not given chooses all."""

    ids: tuple[str, ...] = ()
    """Ids or their beginnings."""
    queue: str | None = None
    reason: str | None = None
    """A part of it."""
    type: str | None = None
    """A part of it."""
    since: datetime | None = None

    def means(self, letter: DeadLetter) -> bool:
        """Whether a letter is meant."""
        return (
            (not self.ids or letter.id.startswith(self.ids))
            and self.queue in {None, letter.queue}
            and (self.reason or "") in letter.reason
            and (self.type or "") in letter.type
            and (self.since is None or from_timestamp(letter.died) >= self.since)
        )


def letter_of(message: AbstractIncomingMessage) -> DeadLetter:
    """Read a dead letter, one that a consumer buried or one that the broker did (delivery limit)."""
    buried, death = _buried(message), _first_death(message.headers)
    cut = _length(buried.get(BODY_BYTES))
    return DeadLetter(
        id=message.message_id or "",
        type=str(message.headers.get("cloudEvents_type", "")),
        queue=str(buried.get("ketuk-queue") or death.get("queue") or ""),
        reason=str(buried.get("ketuk-reason") or death.get("reason") or "unknown"),
        died=_died(buried, death),
        routing_key=str(buried.get("ketuk-routing-key") or _routing_key(death) or message.routing_key or ""),
        # who buried it is never who sent it
        user=str((buried.get("ketuk-user") if buried else message.user_id) or ""),
        size=cut or len(message.body),
        is_cut=cut > 0,
        replayed=_count(message.headers.get(REPLAYED)),
    )


def sent_again(message: AbstractIncomingMessage, *, now: datetime) -> aio_pika.Message:
    """The message as it was first published (id, account, headers, body), marked as replayed.

    Raises NotAgain where it cannot be.
    """
    letter = letter_of(message)
    if letter.why_not_again is not None:
        raise NotAgain(letter.why_not_again)
    kept = {
        name: value
        for name, value in message.headers.items()
        if name not in _OURS and not name.startswith("x-")
    }
    return aio_pika.Message(
        message.body,
        headers={**kept, REPLAYED: letter.replayed + 1, REPLAYED_AT: to_timestamp(now)},
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        user_id=letter.user,
    )


def content_of(message: AbstractIncomingMessage) -> object:
    """The content that the contract knows, with sealed parts named by their size and never shown.

    Of a body that is not of the contract nothing is shown, for it may hold anything.
    """
    kind = KIND_BY_TYPE.get(str(message.headers.get("cloudEvents_type")))
    if kind is None:
        return f"{len(message.body)} bytes of an unknown type"
    if (letter := letter_of(message)).is_cut:
        return f"{len(message.body)} of {letter.size} bytes, SHA-256 {message.headers.get(BODY_SHA256)!s}"
    try:
        read = msgspec.json.decode(message.body, type=kind.body)
    except msgspec.DecodeError as mistake:
        return f"{len(message.body)} bytes that are not of the contract: {mistake}"
    return _without_sealed(msgspec.to_builtins(read))


def _without_sealed(value: object) -> object:
    if isinstance(value, Mapping):
        if "ciphertext" in value:
            return f"sealed, {len(str(value['ciphertext']))} characters"
        return {key: _without_sealed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_sealed(inner) for inner in value]
    return value


def _buried(message: AbstractIncomingMessage) -> Mapping[str, object]:
    """What a consumer wrote when it buried a message, and nobody else: a replay is in that user's name.

    A service buries what died in a queue named after it. No gateway's name is one word, as a service's is.
    """
    service, _, _ = str(message.headers.get("ketuk-queue", "")).partition(".")
    return message.headers if service and service == message.user_id else {}


def _first_death(headers: Mapping[str, object]) -> Mapping[str, object]:
    deaths = headers.get("x-death")
    if isinstance(deaths, Sequence) and deaths and isinstance(deaths[0], Mapping):
        return deaths[0]
    return {}


def _died(buried: Mapping[str, object], death: Mapping[str, object]) -> str:
    time = death.get("time")
    if isinstance(time, datetime):
        return to_timestamp(time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC))
    return str(buried.get("ketuk-died") or to_timestamp(datetime.fromtimestamp(0, UTC)))


def _routing_key(death: Mapping[str, object]) -> str:
    keys = death.get("routing-keys")
    return str(keys[0]) if isinstance(keys, Sequence) and keys else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _length(value: object) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else 0
