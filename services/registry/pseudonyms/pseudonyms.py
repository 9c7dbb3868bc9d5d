"""The words that stand for a tap, an event and a person towards one agency.

They are keyed hashes under keys of that agency alone: two agencies that compare notes find nothing in common.
"""

import hmac
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_WORD = 32
"""Hex digits, 128 bits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pseudonyms:
    """What one agency gets to see instead of the true names."""

    tap_key: bytes
    event_key: bytes
    person_key: bytes
    version: int
    """Of the key; a pseudonym begins with it."""

    @classmethod
    def towards(cls, institution: str, *, master: bytes, version: int, region: str) -> "Pseudonyms":
        """Derive the agency's keys (HKDF-SHA256, RFC 5869) from the registry's."""

        def derived(role: str) -> bytes:
            info = f"ketuk {role} v{version} {region}.{institution}".encode()
            return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(master)

        return cls(
            tap_key=derived("tap"),
            event_key=derived("event"),
            person_key=derived("person"),
            version=version,
        )

    def tap(self, tap: str) -> str:
        """The agency's reference for a tap."""
        return _hash(self.tap_key, tap)

    def event(self, cause: UUID) -> UUID:
        """The id of what the agency hears about message `cause` (RFC 9562, version 8: our own making)."""
        number = int(_hash(self.event_key, str(cause)), 16)
        number = number & ~(0xF << 76) | 0x8 << 76
        return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)

    def person(self, nik: str) -> str:
        """The same word for the same person, and only towards this agency."""
        return f"{self.version}-{_hash(self.person_key, nik)}"


def _hash(key: bytes, name: str) -> str:
    return hmac.new(key, name.encode(), "sha256").hexdigest()[:_WORD]
