"""Say whose a card is."""

from asyncpg import UniqueViolationError

from ketuk_events.projection import CardStatusChanged
from registry.audit.request_context import concerns
from registry.audit.unit_of_work import Office
from registry.cards import store as cards
from registry.cards.events import announce_cards
from registry.kit.errors import NotPossible, Unknown
from registry.pseudonyms.person_refs import Citizens
from registry.residents.store import residents


async def give_card(office: Office, *, citizens: Citizens, ref: str, nik: str) -> CardStatusChanged:
    """Link a card to a resident of the city. A link that is there stays: a card never changes its holder.

    Raises Unknown where there is no such card or resident, NotPossible where it is somebody else's or both
    it and another card of theirs are active.
    """
    concerns(ref, citizens.ref(nik))
    async with office.deciding() as connection:
        # a resident may be erased meanwhile
        await residents.take_turn(connection)
        before = (await cards.held(connection, [ref])).get(ref)
        found = (await residents.known(connection, [nik])).get(nik)
        if before is None or found is None:
            raise Unknown("there is no such card or no such resident")
        resident, _ = found
        holder = await cards.holder(connection, ref)
        if holder == resident:
            return before
        if holder is not None:
            raise NotPossible("the card is another resident's")
        try:
            await cards.give(connection, ref, resident=resident)
        except UniqueViolationError:
            raise NotPossible("the resident has another card that is active") from None
        await cards.count_holders(connection, [ref])
        await announce_cards(office, connection, [ref])
        return (await cards.named(connection, [ref]))[ref]
