"""Erase a person: what is personal goes, statistics and the chain of the audit log stay."""

from dataclasses import dataclass

from registry.audit import idempotency_keys as kept_answers
from registry.audit import store as audit
from registry.audit.request_context import concerns, doing
from registry.audit.unit_of_work import Office
from registry.cards.events import announce_cards
from registry.privacy.personal_data import HOLDINGS
from registry.privacy.store import person_data as stored_citizens
from registry.pseudonyms.person_refs import Citizens
from registry.residents.store import enrolment, residents


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """How much went."""

    rows: dict[str, int]
    """By kind."""
    audit_entries: int
    """Whose details went; that there was an entry stays."""


async def erase_citizen(office: Office, *, citizens: Citizens, nik: str) -> Erased:
    """Erase. One who is not known is erased as well: who asks learns nothing more than that it is so."""
    ref = citizens.ref(nik)
    concerns(ref)
    async with office.deciding() as connection:
        await residents.take_turn(connection)
        # who is removed stays counted, so they must have been
        await enrolment.add_up(connection)
        cards = await stored_citizens.cards_of(connection, nik)
        rows = await stored_citizens.erase(connection, nik, holdings=HOLDINGS)
        await announce_cards(office, connection, cards)
        await kept_answers.forget(connection)
        # nobody may add an entry about the person between this and the entry that accounts for it
        await audit.hold(connection)
        positions = await audit.erase(connection, [ref, *cards])
        act = doing.get()
        if act is not None:
            act.erased = positions
    return Erased(rows=rows, audit_entries=len(positions))
