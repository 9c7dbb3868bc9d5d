"""Tell verification whose cards are of which it was not told."""

from registry.audit.unit_of_work import Office
from registry.cards import store as cards
from registry.cards.events import announce_cards

_AT_ONCE = 1_000


async def tell_holders(office: Office) -> int:
    """Tell a part of them; returns how many."""
    async with office.deciding() as connection:
        refs = await cards.untold(connection, limit=_AT_ONCE)
        if refs:
            await cards.count_holders(connection, refs)
            await announce_cards(office, connection, refs)
    return len(refs)
