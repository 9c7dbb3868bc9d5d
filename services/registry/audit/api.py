"""The audit log, to look at and to verify."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from ketuk_events.names import whole
from registry.audit import store as audit
from registry.audit.events import AuditEvent
from registry.audit.record_refused import record_refused
from registry.audit.store import Recorded
from registry.audit.unit_of_work import Office
from registry.audit.verify import Verification, verify_audit
from registry.kit.hash_chain import Head
from registry.web.json_io import answer, query
from registry.web.route_docs import tells

_MOST = 1000
Name = Annotated[str, Meta(pattern=whole("[!-~]{1,200}"))]


class AuditQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries; oldest first."""

    after: Annotated[int, Meta(ge=0, le=2**62)] = 0
    limit: Annotated[int, Meta(ge=1, le=_MOST)] = 100
    whose: Name | None = None
    actor: Name | None = None
    event: AuditEvent | None = None


class VerificationQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of the log as it was written down earlier."""

    anchor: Annotated[str, Meta(pattern=whole("[0-9]{1,18}:[0-9a-f]{64}"))] | None = None


class AuditPage(Struct, frozen=True, kw_only=True):
    """Entries, and where to go on (`after`); null at the end."""

    entries: list[Recorded]
    next: int | None


def routes(office: Office) -> web.RouteTableDef:
    """For auditors."""
    table = web.RouteTableDef()

    @table.get("/v1/audit")
    @tells("Entries of the audit log.", query=AuditQuery, answer=AuditPage)
    async def show_audit(request: web.Request) -> web.Response:
        asked = query(request, AuditQuery)
        await record_refused(office)
        async with office.pool.acquire() as connection:
            entries = await audit.page(
                connection,
                after=asked.after,
                limit=asked.limit,
                whose=None if asked.whose is None else [asked.whose],
                actor=asked.actor,
                event=asked.event,
            )
        last = entries[-1].position if len(entries) == asked.limit else None
        return answer(AuditPage(entries=entries, next=last))

    @table.get("/v1/audit/verification")
    @tells("Whether the log is as it was written.", query=VerificationQuery, answer=Verification)
    async def verify(request: web.Request) -> web.Response:
        return answer(await verify_audit(office, anchors=anchors(request)))

    return table


def anchors(request: web.Request) -> tuple[Head, ...]:
    """The end that is given with a request."""
    anchor = query(request, VerificationQuery).anchor
    if anchor is None:
        return ()
    position, _, hashed = anchor.partition(":")
    return (Head(position=int(position), hash=bytes.fromhex(hashed)),)
