"""For which public key one seals: the newest that is valid, of those that the city's root signed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chassis.crypto.root_key import is_signed
from chassis.crypto.sealing import PublicKey, key_id, public_key
from ketuk_events.names import from_timestamp
from ketuk_events.projection import KeyPublished

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Recipient:
    key: PublicKey
    valid_from: datetime = _EVER
    valid_until: datetime = _NEVER
    withdrawn: bool = False
    version: int = 0

    def rank(self, now: datetime) -> tuple[bool, bool, datetime]:
        """The highest is sealed for. Never none: a reading that cannot be sealed would be lost."""
        return not self.withdrawn, self.valid_from <= now < self.valid_until, self.valid_from


class Recipients:
    """The keys of one owner. What the root did not sign never counts, whoever tells it."""

    def __init__(self, *, owner: str, first: PublicKey, root: PublicKey | None) -> None:
        """`first` is the key to begin with; without a `root` there is no other."""
        self._owner = owner
        self._root = root
        self._known = {key_id(first): _Recipient(key=first)}

    def learn(self, told: KeyPublished) -> bool:
        """Take in what was told of a key, in any order; returns whether it counts and is news."""
        if (told.use, told.owner) != ("seal", self._owner) or self._root is None:
            return False
        before = self._known.get(told.key_id)
        if before is not None and (before.withdrawn or before.version >= told.version):
            return False
        if not is_signed(told, root=self._root):
            return False
        try:
            begins, ends = from_timestamp(told.valid_from), from_timestamp(told.valid_until)
        except ValueError:
            return False
        known = before or _Recipient(key=public_key(told.public_key))
        self._known[told.key_id] = replace(
            known, valid_from=begins, valid_until=ends, withdrawn=told.withdrawn, version=told.version
        )
        return True

    def newest(self, now: datetime) -> PublicKey:
        """The key to seal for. One that was withdrawn is used only while no other is known."""
        return max(self._known.values(), key=lambda each: each.rank(now)).key
