"""The page of the events of the audit log."""

from registry.access.permissions import RIGHTS
from registry.access.roles import EVERYONE
from registry.audit.events import MEANING, AuditEvent


def audit_events() -> str:
    """docs/audit-events.md: each event, the requests that come to it, and who may make them."""
    return "\n".join(
        [
            "# Events of the audit log",
            "",
            "Everything that is changed through the registry's API, and every look at a person's data.",
            "An entry says who (`person:…`, `token:…`, or `nobody` before signing in), what (the event),",
            "whose, why (the header `Ketuk-Reason`), from which address, when, and whether it was done or",
            "refused and because of what. `ketuk audit verify` shows that none was altered, removed or",
            "moved.",
            "Generated from `services/registry/audit/events.py` and `access/permissions.py`.",
            "",
            "| event | says | request | by |",
            "|---|---|---|---|",
            *(f"| `{event}` | {MEANING[event]} | {_requests(event)} |" for event in AuditEvent),
            "",
        ]
    )


def _requests(event: AuditEvent) -> str:
    if event == AuditEvent.REFUSED:
        return "any without an event of its own | nobody"
    found = {route: right for route, right in RIGHTS.items() if right.event == event}
    asked = ", ".join(f"`{method} {path}`" for method, path in found)
    may = frozenset().union(*(right.roles for right in found.values()))
    return f"{asked} | {'everyone' if may == EVERYONE else ', '.join(sorted(may))}"
