"""A card's life: what it may become."""

from collections.abc import Mapping

FIRST = "not-activated"
"""As a card is issued."""
_NEXT: Mapping[str, frozenset[str]] = {
    "not-activated": frozenset({"active", "blocked", "lost", "damaged", "replaced"}),
    "active": frozenset({"blocked", "lost", "damaged", "replaced"}),
    # unblocked, or found again: it is the same card, and it was activated once or has to be
    "blocked": frozenset({"not-activated", "active", "lost", "damaged", "replaced"}),
    "lost": frozenset({"not-activated", "active", "blocked", "damaged", "replaced"}),
    "damaged": frozenset({"replaced"}),
    "replaced": frozenset(),
}


def may_become(before: str, after: str) -> bool:
    """Whether a card of one status may have the other next; it may always stay as it is."""
    return before == after or after in _NEXT[before]
