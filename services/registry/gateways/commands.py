"""Describe, approve, suspend and revoke a gateway; everybody who counts on it hears of it."""

from collections.abc import Callable

from chassis.storage.postgres import Connection
from ketuk_events.catalogue import GATEWAY_APPROVED, GATEWAY_SUSPENDED
from registry.audit.request_context import as_expected
from registry.audit.unit_of_work import Office
from registry.gateways import store as gateways
from registry.gateways.events import approved, suspended
from registry.gateways.gateway import Gateway
from registry.kit.errors import Unknown
from registry.places.require_existing import must_be_there
from registry.places.store import institutions


async def change_gateway(office: Office, *, name: str, become: Callable[[Gateway], Gateway]) -> Gateway:
    """Bring it into a state, and say so where that is news. Raises Unknown, and what `become` raises."""
    async with office.deciding() as connection:
        before = await gateways.find(connection, name, region=office.region)
        if before is None:
            raise Unknown(f"there is no gateway {name}")
        as_expected(before.version)
        gateway = become(before)
        if gateway != before:
            await gateways.save(connection, gateway, region=office.region)
            counts = gateway.state == "approved"
            await office.announce(
                connection,
                GATEWAY_APPROVED if counts else GATEWAY_SUSPENDED,
                (approved if counts else suspended)(gateway, region=office.region),
                owner=name,
            )
    return gateway


async def approve_gateway(office: Office, *, name: str) -> Gateway:
    """Approve it; one that is approved stays so. Raises Unknown, or NotPossible for a revoked one."""
    return await change_gateway(office, name=name, become=Gateway.approved)


async def suspend_gateway(office: Office, *, name: str) -> Gateway:
    """Suspend it; one that is suspended stays so. Raises Unknown, or NotPossible for one never approved."""
    return await change_gateway(office, name=name, become=Gateway.suspended)


async def revoke_gateway(office: Office, *, name: str) -> Gateway:
    """Revoke it; one that is revoked stays so, and its name is not given again. Raises Unknown."""
    return await change_gateway(office, name=name, become=Gateway.revoked)


async def describe_gateway(
    office: Office, *, name: str, institution: str, place: str, public_key: str
) -> Gateway:
    """Add a gateway, or describe it anew; one that changed counts no more until it is approved again.

    Raises Unfit where there is no such institution or place, and NotPossible for a revoked one.
    """
    async with office.deciding() as connection:
        return await describe(
            connection, office, name=name, institution=institution, place=place, public_key=public_key
        )


async def describe(
    connection: Connection, office: Office, *, name: str, institution: str, place: str, public_key: str
) -> Gateway:
    """The same in a transaction that does more."""
    await must_be_there(connection, institution=institution, place=place)
    await institutions.lock(connection, institution)
    before = await gateways.find(connection, name, region=office.region)
    as_expected(0 if before is None else before.version)
    if before is None:
        described = Gateway(name=name, institution=institution, place=place, public_key=public_key)
    else:
        described = before.described_as(institution=institution, place=place, public_key=public_key)
    await gateways.save(connection, described, region=office.region)
    if before is not None and before.state == "approved" and described.state != "approved":
        await office.announce(
            connection,
            GATEWAY_SUSPENDED,
            suspended(described, region=office.region),
            owner=name,
        )
    return described
