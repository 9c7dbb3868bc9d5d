"""How fast one asker may ask: so many at once, and so many a second after that."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from time import monotonic

_MANY = 10_000
_SUBSCRIBERS_BITS = 64
"""Of IPv6, below which whoever has one address has them all."""


@dataclass(kw_only=True, slots=True)
class _Bucket:
    left: float
    at: float


class Pace:
    """One bucket for each asker, in this process."""

    def __init__(self, *, per_second: float, at_once: float, clock: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._at_once = at_once
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, asker: str) -> float:
        """Seconds to wait before asking again; 0 where this one may pass, which is counted."""
        now = self._clock()
        if len(self._buckets) >= _MANY:
            self._forget(now)
        bucket = self._buckets.setdefault(asker, _Bucket(left=self._at_once, at=now))
        bucket.left = min(self._at_once, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / self._per_second
        bucket.left -= 1
        return 0.0

    def _forget(self, now: float) -> None:
        """Who has asked for nothing for so long that their bucket is full again is as good as new."""
        full = self._at_once / self._per_second
        self._buckets = {name: each for name, each in self._buckets.items() if now - each.at < full}


def subscriber(address: str) -> str:
    """Whom an address stands for: itself, or in IPv6 the network that one subscriber is given."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((found.packed, _SUBSCRIBERS_BITS), strict=False))
