"""Kills parts of the system with -9 in the middle of the demo, and starts them again."""

import asyncio
import time

from dev.demo.services import Services
from dev.stack import postgres, rabbitmq
from dev.stack.stack import Stack
from simulator.reader import VirtualReader

LEADER = "leader-of-"
"""Before the name of a queue: the node of the cluster that leads it."""
PARTS = ("verification", "registry", "gateway", "broker", "database")
DOWN_SECONDS = 1.0
LEADER_AWAY_SECONDS = 8.0
_STACK_PARTS = {"broker": rabbitmq.NAME, "database": postgres.NAME}


class Faults:
    """What can be killed."""

    def __init__(self, *, stack: Stack, services: Services) -> None:
        self._stack = stack
        self._services = services

    async def kill(self, part: str, *, readers: list[VirtualReader]) -> None:
        """Kill a part, leave it down for a moment, start it again and wait until it answers."""
        if part == "gateway":
            # whoever stands at the counter keeps the card on the reader until there is an answer
            for reader in readers:
                reader.hold()
        try:
            await asyncio.to_thread(self._kill_and_start, part)
        finally:
            for reader in readers:
                reader.release()

    def _kill_and_start(self, part: str) -> None:
        if part.startswith(LEADER):
            self._kill_leader(part.removeprefix(LEADER))
            return
        if part in _STACK_PARTS:
            self._stack.children.kill(_STACK_PARTS[part])
            time.sleep(DOWN_SECONDS)
            self._stack.restart(_STACK_PARTS[part])
            return
        names = self._services.gateways() if part == "gateway" else (part,)
        self._services.kill(*names)
        time.sleep(DOWN_SECONDS)
        self._services.start(*names)

    def _kill_leader(self, queue: str) -> None:
        """Others lead on while it is away, for as long as some taps take."""
        brokers = self._stack.brokers
        leads = brokers[0].leader("ketuk", queue)
        victim = next(broker for broker in brokers if broker.node == leads)
        self._stack.children.kill(victim.name)
        time.sleep(LEADER_AWAY_SECONDS)
        victim.start()
