"""What every service answers over HTTP: `/healthz`, `/readyz`, `/metrics`."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from chassis.observability.metrics import Figures
from chassis.runtime.health import Health

FOR_THE_OPERATOR = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked for from other machines, under the name that this one has there; nothing of a tap is in them."""


def application(*, health: Health, figures: Figures) -> web.Application:
    """An aiohttp application with the three; the service adds its own routes."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        found = await health.look()
        return web.Response(
            body=msgspec.json.encode(found),
            status=200 if found.ready else 503,
            content_type="application/json",
        )

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=await figures.page(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)
    return app


@asynccontextmanager
async def listening(
    app: web.Application, *, host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve an application while the block runs; yields the port (its own choice where `port` is 0).

    Raises OSError where the address is taken.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, ssl_context=tls)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
