"""The registry's API, asked in the operator's name."""

import asyncio
from typing import Any

import aiohttp
import typer
from pydantic import SecretStr

from chassis.runtime.settings import Settings, load
from chassis.runtime.tls import trust
from operations import shown


class OfficeSettings(Settings):
    """Where the registry is, and what lets us in."""

    registry_url: str
    api_token: SecretStr


def ask(method: str, path: str, body: object = None, *, reason: str | None = None) -> Any:  # noqa: ANN401  whatever it answers
    """What the registry answers; ends the command with what it says where it refuses."""
    settings = load(OfficeSettings)
    try:
        return asyncio.run(_ask(settings, method, path, body, reason=reason))
    except aiohttp.ClientConnectionError as failure:
        shown.note(f"The registry is not reached: {str(failure) or type(failure).__name__}")
        raise typer.Exit(1) from None


async def _ask(
    settings: OfficeSettings, method: str, path: str, body: object, *, reason: str | None
) -> object:
    headers = {"Authorization": f"Bearer {settings.api_token.get_secret_value()}"}
    if reason is not None:
        headers["Ketuk-Reason"] = reason
    async with (
        aiohttp.ClientSession(
            settings.registry_url,
            headers=headers,
            connector=aiohttp.TCPConnector(ssl=trust(settings.ca_file) or True),
        ) as registry,
        registry.request(method, path, json=body) as answer,
    ):
        found = await answer.json(content_type=None)
        if not answer.ok:
            shown.note(f"The registry refuses: {found.get('detail') or found.get('title')}")
            raise typer.Exit(1)
        return found
