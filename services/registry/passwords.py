"""Passwords, kept as argon2id hashes."""

import asyncio
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2
"""Each takes 64 MiB and a core for a moment."""


class Passwords:
    """Hashes and checks in threads, few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hashed(self, password: str) -> str:
        """What is kept of it."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the one; where nothing is kept it takes as long to say no."""
        async with self._turn:
            return await asyncio.to_thread(self._fits, password, kept)

    def _fits(self, password: str, kept: str | None) -> bool:
        try:
            found = self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return found and kept is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's")
