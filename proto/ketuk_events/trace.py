"""The trace of a tap (W3C Trace Context): derived from ids, so that a repeated message is byte-identical.

The trace is the tap's id; a span's id follows from who worked and on which message. Nothing is kept for it,
so it goes through spools, restarts and redeliveries. It never leaves the services' own virtual host.
"""

import re
from hashlib import sha256
from uuid import UUID

_HEADER = re.compile("00-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}")


def span_of(role: str, about: UUID | str) -> str:
    """The id of the span in which `role` worked on a message or a tap: 16 hex digits."""
    return sha256(f"{role} {about}".encode()).hexdigest()[:16]


def traceparent(tap: UUID | str, span: str) -> str:
    """The header that says which span a message follows from."""
    return f"00-{str(tap).replace('-', '')}-{span}-01"


def parse(header: str | None) -> tuple[str, str] | None:
    """Trace and span of a header, None where it is not one."""
    found = _HEADER.fullmatch(header or "")
    return None if found is None else (found["trace"], found["span"])
