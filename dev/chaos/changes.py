"""Cards whose status the office records while everything burns: work that goes through an outbox."""

import asyncio
import random
import time
from collections.abc import Callable
from itertools import cycle

import aiohttp

from dev.ledger.effects import Attempt, Effect
from dev.stack.secret_files import SecretFiles
from registry.pseudonyms.card_refs import card_ref

STATUSES = ("active", "blocked", "lost", "not-activated")
PROJECTION = "verification's projection"
BOUND_SECONDS = 5.0


class Changes:
    """Records a new card at each moment of the schedule, at either registry in turn."""

    def __init__(
        self, *, seed: int, moments: tuple[float, ...], registries: tuple[str, ...], secrets: SecretFiles
    ) -> None:
        self._dice = random.Random(f"{seed}/changes")  # noqa: S311  a repeatable run, no secret
        self._moments = moments
        self._registries = cycle(registries)
        self._token = secrets.read("registry/ketuk_api_token")
        self._key = bytes.fromhex(secrets.read("registry/ketuk_card_ref_key"))
        self.attempts: list[Attempt] = []

    async def make(self, *, more: Callable[[], bool]) -> None:
        """Begin now; after the last moment go on at the same pace for as long as more are wanted."""
        began = time.monotonic()
        async with aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=aiohttp.ClientTimeout(total=BOUND_SECONDS),
        ) as office:
            for moment in self._moments:
                await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
                await self._record(office)
            while more():
                await self._record(office)
                await asyncio.sleep(self._moments[-1] - self._moments[-2])

    async def _record(self, office: aiohttp.ClientSession) -> None:
        uid, status = b"\x05" + self._dice.randbytes(6), self._dice.choice(STATUSES)
        try:
            async with office.post(
                f"{next(self._registries)}/v1/cards", json=[{"uid": uid.hex(), "status": status}]
            ) as answer:
                acknowledged = answer.ok
        except (aiohttp.ClientError, TimeoutError):
            acknowledged = False
        self.attempts.append(
            Attempt(
                name=card_ref(uid, key=self._key),
                acknowledged=acknowledged,
                receivers=frozenset({PROJECTION}),
                expected=status,
            )
        )


def effect(ref: str, status: str) -> Effect:
    """A card as verification's projection has it."""
    return Effect(name=ref, receiver=PROJECTION, identity=ref, came_to=status)
