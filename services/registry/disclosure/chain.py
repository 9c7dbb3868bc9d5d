"""What each institution was told, as a chain: what is changed or removed in it later shows.

Someone with the password of the database's owner can write a whole chain anew. An end that was written down
elsewhere finds that. The chain holds a commitment to each disclosure and outlives it. A signature is part of
what is committed to, and ECDSA makes each at random: from the commitment of a disclosure that is gone nobody
guesses it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from registry.kit.hash_chain import Chain, Finding

KEPT = timedelta(days=5 * 365)
"""Five years, in which a citizen can ask who was told what."""


def commitment(*, routing_key: str, signature: str, body: bytes) -> bytes:
    """Return what the chain holds of a disclosure: 32 bytes, SHA-256."""
    return sha256(msgspec.json.encode([routing_key, signature, sha256(body).hexdigest()])).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One disclosure in the chain of its institution."""

    position: int
    event_id: UUID
    told: datetime
    """When it was written, by the database's clock."""
    commitment: bytes

    def hash(self, before: bytes) -> bytes:
        """Its own hash, after the hash of the link before."""
        said = msgspec.json.encode(
            [
                self.position,
                str(self.event_id),
                self.told.isoformat(timespec="microseconds"),
                self.commitment.hex(),
            ]
        )
        return sha256(before + said).digest()


@dataclass(kw_only=True, slots=True)
class DisclosureCheck:
    """Goes through the chain of one institution, in its order, and finds what was done to it.

    Args:
        chain: at its beginning.
        now: of the check.
        kept: how long a disclosure stands at least.
    """

    now: datetime
    kept: timedelta
    chain: Chain = field(default_factory=Chain)
    standing: int = 0
    """Disclosures in the chain that are there."""
    removed: int = 0
    """Disclosures that are gone because their time was over."""

    def next(self, link: Link, *, stored: bytes, disclosure: bytes | None) -> Iterator[Finding]:
        """Findings at this link; `disclosure` is the commitment to what stands now, None where it is gone."""
        yield from self.chain.next(link, stored=stored)
        self.standing += disclosure is not None
        if disclosure is None and self.now - link.told < self.kept:
            yield Finding(position=link.position, what="what was disclosed is gone before its time")
        elif disclosure is None:
            self.removed += 1
        elif disclosure != link.commitment:
            yield Finding(position=link.position, what="what was disclosed was altered")
