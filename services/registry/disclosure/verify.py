"""Go through what an institution was told and say whether it is as it was written."""

from dataclasses import dataclass

from registry.audit.unit_of_work import Office
from registry.disclosure.chain import KEPT, DisclosureCheck
from registry.disclosure.store import chain as disclosure_links
from registry.kit.errors import Unknown
from registry.kit.hash_chain import MOST_TOLD, Chain, Finding, Head
from registry.places.store import existence as named


@dataclass(frozen=True, kw_only=True, slots=True)
class DisclosuresVerified:
    """What was found."""

    institution: str
    disclosures: int
    removed: int
    """Of them, those that are gone because their time was over."""
    outside: int
    """Disclosures that stand in no chain: told before it began, or put in by another hand. It never grows."""
    position: int
    hash: str
    """Of the last one; to be written down elsewhere and given as anchor later."""
    findings: list[Finding]
    """The first hundred."""


async def verify_disclosures(
    office: Office, institution: str, *, anchors: tuple[Head, ...] = ()
) -> DisclosuresVerified:
    """Verify the chain of an institution as it is at one moment.

    Raises:
        Unknown: there is no such institution.
    """
    disclosures = 0
    found: list[Finding] = []
    async with (
        office.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        check = DisclosureCheck(
            now=await connection.fetchval("SELECT now()"), kept=KEPT, chain=Chain(anchors=anchors)
        )
        if not await named.there(connection, "institution", [institution]):
            raise Unknown("there is no such institution")
        head = await disclosure_links.head(connection, institution)
        async for link, stored, stands in disclosure_links.links(connection, institution):
            disclosures += 1
            found += check.next(link, stored=stored, disclosure=stands)
            del found[MOST_TOLD:]
        stand = await disclosure_links.stand(connection, institution)
    found += check.chain.end(head)
    return DisclosuresVerified(
        institution=institution,
        disclosures=disclosures,
        removed=check.removed,
        outside=stand - check.standing,
        position=check.chain.before.position,
        hash=check.chain.before.hash.hex(),
        findings=found[:MOST_TOLD],
    )
