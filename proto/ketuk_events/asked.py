"""Who asked: every message about a tap says it."""

from msgspec import Struct

from ketuk_events.names import Identifier, PlaceCode, Region


class Asked(Struct, frozen=True, kw_only=True):
    """The gateway, the people and the reason behind one tap."""

    region: Region
    gateway: Identifier
    reader: Identifier
    place: PlaceCode
    institution: Identifier
    officer: Identifier
    purpose: Identifier
