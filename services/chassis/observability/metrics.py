"""Figures that are looked up when somebody asks for `/metrics`, beside what the parts count themselves."""

import asyncio
from collections.abc import Awaitable, Callable, Sized
from importlib.metadata import version

import structlog
from prometheus_client import (
    CollectorRegistry,
    Gauge,
    GCCollector,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from chassis.runtime.health import Health
from chassis.storage.outbox import Outbox

LOOK_SECONDS = 3.0
VERSION = version("ketuk")

Look = Callable[[], Awaitable[None]]


OTHER = "other"
"""The label of what is none of those that are known: a stranger's words would be labels without end."""


class Figures:
    """The figures of one service."""

    def __init__(self, *, health: Health) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        Info("ketuk_build", "What runs.", registry=self.registry).info({"version": VERSION})
        self._ready = Gauge(
            "ketuk_ready",
            "Whether a resource that the service depends on is well.",
            ["resource"],
            registry=self.registry,
        )
        self._health = health
        self._looks: list[Look] = [self._look_at_health]

    def look_up(self, look: Look) -> None:
        """Have `look` set its gauges whenever somebody asks; one that fails leaves them as they were."""
        self._looks.append(look)

    def watch_outbox(self, outbox: Outbox) -> None:
        """Show how many messages wait in an outbox, and for how long the oldest has."""
        waiting = Gauge("ketuk_outbox_waiting", "Messages that wait to be sent.", registry=self.registry)
        oldest = Gauge(
            "ketuk_outbox_oldest_seconds", "For how long the oldest of them has.", registry=self.registry
        )

        async def look() -> None:
            backlog = await outbox.backlog()
            waiting.set(backlog.waiting)
            oldest.set(backlog.oldest_seconds)

        self.look_up(look)

    def watch_passed_over(self, passed_over: Sized) -> None:
        """Show with how many routing keys the broker does not take what waits to be sent."""
        Gauge(
            "ketuk_outbox_passed_over",
            "Routing keys with which the broker does not take messages that wait to be sent.",
            registry=self.registry,
        ).set_function(lambda: len(passed_over))

    async def page(self) -> bytes:
        """All figures in Prometheus' text format."""
        await asyncio.gather(*map(self._bounded, self._looks))
        # the process collector reads files
        return await asyncio.to_thread(generate_latest, self.registry)

    async def _bounded(self, look: Look) -> None:
        try:
            await asyncio.wait_for(look(), LOOK_SECONDS)
        except Exception as failure:  # noqa: BLE001  a dependency that is away is what the figures are to show
            structlog.get_logger(part="figures").warning("not looked up", because=type(failure).__name__)

    async def _look_at_health(self) -> None:
        for resource, word in (await self._health.look()).resources.items():
            self._ready.labels(resource).set(word == "ok")
