"""Record cards: which there are, and the status of each."""

from collections.abc import Mapping

from asyncpg import UniqueViolationError

from ketuk_events.projection import CardStatusChanged
from registry.audit.request_context import concerns
from registry.audit.unit_of_work import Office
from registry.cards import store as cards
from registry.cards.events import announce_cards
from registry.cards.status import may_become
from registry.kit.errors import NotPossible


async def record_cards(office: Office, *, statuses: Mapping[str, str]) -> list[CardStatusChanged]:
    """Set the status of cards, given by card_ref; one that has it already keeps its version.

    Returns every card in the order given, as it now is. Raises NotPossible where one cannot become what is
    given, or would be a second active card of its holder.
    """
    concerns(*statuses)
    async with office.deciding() as connection:
        for ref, before in (await cards.held(connection, list(statuses))).items():
            if not may_become(before.status, statuses[ref]):
                raise NotPossible(f"card {ref} is {before.status} and cannot become {statuses[ref]}")
        try:
            changed = await cards.record(connection, statuses)
        except UniqueViolationError:
            raise NotPossible("the holder of a card has another one that is active") from None
        await announce_cards(office, connection, [each.card_ref for each in changed])
        known = await cards.named(connection, list(statuses))
    return [known[ref] for ref in statuses]
