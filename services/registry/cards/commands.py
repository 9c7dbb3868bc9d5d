"""Record cards, change their status, say whose they are, and tell verification of it."""

from collections.abc import Mapping
from datetime import date

from asyncpg import UniqueViolationError

from chassis.storage.postgres import Connection
from ketuk_events.projection import CardStatusChanged
from registry.audit.request_context import as_expected, concerns
from registry.audit.unit_of_work import Office
from registry.cards import store as cards
from registry.cards.events import announce_cards
from registry.cards.status import may_become
from registry.kit.errors import NotPossible, Unknown
from registry.places.require_existing import must_be_there
from registry.pseudonyms.person_refs import Citizens
from registry.residents.store import enrolment, residents

_AT_ONCE = 1_000


async def change_card(
    office: Office,
    *,
    ref: str,
    status: str,
    version: int | None,
    place: str,
    officer: str,
    today: date,
    only_from: str | None = None,
) -> CardStatusChanged:
    """Bring a card to a status, seen to by an officer at a place; one that has it already stays as it is.

    With `only_from` it must have that status, or have become what it is to be.

    Raises Unknown; Unfit where there is no such place; NotPossible where the card is no longer of the
    expected version, cannot become that, or where its holder has another active card.
    """
    async with office.deciding() as connection:
        await must_be_there(connection, place=place)
        # before any row is held, as whoever imports residents does it
        await residents.take_turn(connection)
        before = (await cards.held(connection, [ref])).get(ref)
        if before is None:
            raise Unknown("there is no such card")
        as_expected(before.version)
        if version not in {None, before.version}:
            raise NotPossible(f"the card was changed meanwhile: it has version {before.version}")
        if not may_become(before.status, status) or before.status not in {only_from or before.status, status}:
            raise NotPossible(f"the card is {before.status} and cannot become {status}")
        try:
            changed = await cards.record(connection, {ref: status}, place=place, officer=officer)
        except UniqueViolationError:
            raise NotPossible("the holder has another card that is active") from None
        if changed and status == "active":
            await _take_last_step(connection, ref, today)
        await announce_cards(office, connection, [each.card_ref for each in changed])
    return changed[0] if changed else before


async def _take_last_step(connection: Connection, ref: str, today: date) -> None:
    holder = await cards.holder(connection, ref)
    if holder is not None:
        await enrolment.uncount(connection, [holder])
        await residents.activated(connection, holder, on=today)
        await enrolment.recount(connection, [holder])


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


async def tell_holders(office: Office) -> int:
    """Tell a part of them; returns how many."""
    async with office.deciding() as connection:
        refs = await cards.untold(connection, limit=_AT_ONCE)
        if refs:
            await cards.count_holders(connection, refs)
            await announce_cards(office, connection, refs)
    return len(refs)
