"""A code with which one gateway enrols once: 20 letters and digits that can be said over a telephone."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

LIVES = timedelta(days=1)
MISSES = 5
"""So many wrong secrets, and the code is dead."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NAME, _SECRET = 6, 14
"""Letters of the part that finds the code, and of the part that proves it (70 bits)."""
_HEARD = str.maketrans("OIL", "011", "- ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A code as it was made or typed."""

    name: str
    secret: str

    @classmethod
    def made(cls) -> "Code":
        """A new one."""
        drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_NAME + _SECRET))
        return cls(name=drawn[:_NAME], secret=drawn[_NAME:])

    @classmethod
    def typed(cls, written: str) -> "Code":
        """One that somebody typed: case, hyphens and spaces do not matter, nor O for 0, I or L for 1."""
        plain = written.upper().translate(_HEARD)
        return cls(name=plain[:_NAME], secret=plain[_NAME:])

    @property
    def digest(self) -> bytes:
        """What is kept of the secret."""
        return sha256(self.secret.encode()).digest()

    def __str__(self) -> str:
        """As it is told: four groups of five."""
        written = self.name + self.secret
        return "-".join(written[begin : begin + 5] for begin in range(0, len(written), 5))


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """Which gateway enrols with a code, until when, and whether one has."""

    code_id: str
    digest: bytes
    gateway: str
    institution: str
    place: str
    expires: datetime
    misses: int = 0
    public_key: str | None = None
    """Of the gateway that enrolled with it."""

    def is_of(self, code: Code) -> bool:
        """Whether the secret is the right one."""
        return compare_digest(self.digest, code.digest)

    def is_open(self, *, public_key: str, now: datetime) -> bool:
        """Whether a gateway with this key may enrol; the one that did may ask again."""
        return now < self.expires and self.misses < MISSES and self.public_key in (None, public_key)
