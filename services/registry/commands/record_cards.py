"""Record cards: which there are, and the status of each."""

from collections.abc import Mapping

from ketuk_events.catalogue import CARD_STATUS_CHANGED
from ketuk_events.projection import CardStatusChanged
from registry.office import Office
from registry.store import cards


async def record_cards(office: Office, *, statuses: Mapping[str, str]) -> list[CardStatusChanged]:
    """Set the status of cards, given by card_ref; one that has it already keeps its version.

    Returns every card in the order given, as it now is.
    """
    async with office.deciding() as connection:
        changed = await cards.record(connection, statuses)
        await office.announce(connection, CARD_STATUS_CHANGED, *changed, owner="registry")
        known = await cards.named(connection, list(statuses))
    return [known[ref] for ref in statuses]
