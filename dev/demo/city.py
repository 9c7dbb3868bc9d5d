"""What the civil-registry office would have entered before the first tap, through the registry's API."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from dev.demo.services import COUNTERS
from dev.demo.site import Site
from dev.stack.secret_files import SecretFiles
from simulator.issuer import Issuer
from simulator.kinds import SimulatedCard

GRANTED = ("nik", "name")
"""What the circular of 11 April 2013 has institutions record instead of a photocopy."""


async def enter_city(site: Site, *, cards: Iterable[SimulatedCard], issuer: Issuer | None = None) -> None:
    """Name institutions, approve gateways, agree on feeds, record cards; publish the key of their issuer."""
    secrets = site.secrets
    async with registry_api(site) as registry:
        for counter in COUNTERS:
            name = counter.gateway
            kind = "polri" if name.startswith("pol") else "kelurahan"
            await put(registry, f"/v1/institutions/{name}", {"name": name, "kind": kind})
            key = secrets.read(f"gateway-{name}/identity_public.pem")
            described = {"institution": name, "place": counter.place, "public_key": key}
            await put(registry, f"/v1/gateways/{name}", described)
            async with registry.post(f"/v1/gateways/{name}/approve"):
                pass
            await put(registry, f"/v1/agreements/{name}", agreement(name, secrets))
        known = [{"uid": card.uid.hex(), "status": card.status} for card in cards if card.status is not None]
        async with registry.post("/v1/cards", json=known):
            pass
    if issuer is not None:
        await publish_issuer(site, issuer)


async def publish_issuer(site: Site, issuer: Issuer) -> None:
    """The key that an issuer signs cards with."""
    async with registry_api(site) as registry, registry.post("/v1/published-keys", json=issuers_key(issuer)):
        pass


def registry_api(site: Site) -> aiohttp.ClientSession:
    """A session with the registry, as the office; an answer that refuses raises RuntimeError."""
    token = site.secrets.read("registry/ketuk_api_token")
    return aiohttp.ClientSession(
        site.registry,
        headers={"Authorization": f"Bearer {token}"},
        raise_for_status=_refuse,
        connector=aiohttp.TCPConnector(ssl=site.trust or True),
    )


def issuers_key(issuer: Issuer, *, begins: datetime | None = None) -> dict[str, Any]:
    """The key that an issuer signs cards with, as it is published; for taps from yesterday on, or later."""
    begins = begins or datetime.now(UTC) - timedelta(days=1)
    return {
        "use": "issuer",
        "owner": "penerbit",
        "public_key": issuer.public_key_pem().decode(),
        "valid_from": begins.isoformat(),
        "valid_until": (begins + timedelta(days=365)).isoformat(),
    }


def agreement(name: str, secrets: SecretFiles) -> dict[str, Any]:
    """What is agreed with an institution: its own readers, for two purposes."""
    now = datetime.now(UTC)
    return {
        "reference": f"PKS-CONTOH-{name}",
        "legal_basis": "Permendagri 102/2019",
        "purposes": ["record", "identify"],
        "attributes": list(GRANTED),
        "valid_from": (now - timedelta(days=1)).isoformat(),
        "valid_until": (now + timedelta(days=365)).isoformat(),
        "public_key": json.loads(secrets.read(f"agency-{name}/public.jwk")),
    }


async def put(registry: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> None:
    """Put it there."""
    async with registry.put(path, json=body):
        pass


async def _refuse(answer: aiohttp.ClientResponse) -> None:
    if not answer.ok:
        raise RuntimeError(f"{answer.method} {answer.url.path}: {answer.status} {await answer.text()}")
