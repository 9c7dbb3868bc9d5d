"""Passwords, kept as argon2id hashes."""

import asyncio
from contextlib import AbstractAsyncContextManager
from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from registry.access.turns import Turns

HASHER = PasswordHasher(
    type=Type.ID, time_cost=3, memory_cost=64 * 1024, parallelism=4, salt_len=16, hash_len=32
)
"""argon2id as RFC 9106 recommends it (section 4, its second option): 3 passes over 64 MiB, in 4 lanes."""
_AT_ONCE = 2
"""Each takes 64 MiB and a core for a moment."""
_MOST_WAITING = 100


class Passwords:
    """Hashes and checks in threads, in turns: few at a time, and one asker after another."""

    def __init__(self, *, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._turns = Turns(at_once=_AT_ONCE, most_waiting=_MOST_WAITING)

    def turn(self, asker: str) -> AbstractAsyncContextManager[None]:
        """Wait for a turn, in which the other two are called; `asker` is an actor, or an address.

        Raises TooOften where too many wait.
        """
        return self._turns.turn(asker)

    async def hashed(self, password: str) -> str:
        """What is kept of it."""
        return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the one; where nothing is kept it takes as long to say no."""
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
