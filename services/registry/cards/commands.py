"""Change a card: activate, block, report as lost or damaged, replace."""

from datetime import date

from asyncpg import UniqueViolationError

from chassis.storage.postgres import Connection
from ketuk_events.projection import CardStatusChanged
from registry.audit.request_context import as_expected
from registry.audit.unit_of_work import Office
from registry.cards import store as cards
from registry.cards.events import announce_cards
from registry.cards.status import may_become
from registry.kit.errors import NotPossible, Unknown
from registry.places.require_existing import must_be_there
from registry.residents.store import enrolment, residents


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
