"""Go through the audit log and say whether it is as it was written."""

from dataclasses import dataclass

from registry.audit import store as audit
from registry.audit.chain import Check
from registry.audit.unit_of_work import Office
from registry.kit.hash_chain import MOST_TOLD, Chain, Finding, Head


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What was found."""

    entries: int
    erased: int
    """Entries whose details were removed, as a later entry says."""
    position: int
    hash: str
    """Of the last entry; to be written down elsewhere and given as anchor later."""
    findings: list[Finding]
    """The first hundred."""


async def verify_audit(office: Office, *, anchors: tuple[Head, ...] = ()) -> Verification:
    """Verify the log as it is at one moment."""
    check, entries = Check(chain=Chain(anchors=anchors)), 0
    found: list[Finding] = []
    async with (
        office.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        head = await audit.head(connection)
        async for entry, stored, details in audit.links(connection):
            entries += 1
            found += check.next(entry, stored=stored, details=details)
            del found[MOST_TOLD:]
    found += check.end(head)
    return Verification(
        entries=entries,
        erased=check.erased,
        position=check.chain.before.position,
        hash=check.chain.before.hash.hex(),
        findings=found[:MOST_TOLD],
    )
