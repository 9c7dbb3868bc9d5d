"""Answer a citizen (who looked at my data, what do you hold?), erase one, remove what is past its time."""

from dataclasses import dataclass
from typing import Any

from registry.audit import idempotency_keys as kept_answers
from registry.audit import store as audit
from registry.audit.request_context import concerns, doing
from registry.audit.store import Recorded
from registry.audit.unit_of_work import Office
from registry.cards.events import announce_cards
from registry.places.store import institutions
from registry.privacy.personal_data import HOLDINGS
from registry.privacy.retention import DETAILS, RETENTION
from registry.privacy.store import person_data as stored_citizens
from registry.privacy.store import retention
from registry.privacy.store.person_data import Told
from registry.pseudonyms.person_refs import Citizens
from registry.residents.store import enrolment, residents

_MOST = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """Who looked."""

    told: list[Told]
    """Institutions that were told of a verified card."""
    office: list[Recorded]
    """People and programs of the office who saw or changed them or one of their cards, oldest first; at most
    10,000."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """All that is held."""

    held: dict[str, list[dict[str, Any]]]
    """Rows by kind."""
    looks: Looks


async def answer_citizen(office: Office, *, citizens: Citizens, nik: str) -> Held:
    """All about one person, as of one moment."""
    ref = citizens.ref(nik)
    concerns(ref)
    async with (
        office.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        known = await institutions.all_institutions(connection)
        words = [(each.institution, citizens.towards(each.institution, nik)) for each in known]
        told = await stored_citizens.told(connection, words)
        cards = await stored_citizens.cards_of(connection, nik)
        seen = await audit.page(connection, after=0, limit=_MOST, whose=[ref, *cards], actor=None, event=None)
        held = await stored_citizens.held(connection, nik, holdings=HOLDINGS)
    return Held(held=held, looks=Looks(told=told, office=seen))


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


async def keep_no_longer(office: Office) -> dict[str, int]:
    """Remove a part of each kind; returns how many rows, by kind. What is left goes the next time."""
    removed: dict[str, int] = {}
    async with office.deciding() as connection:
        for kept in RETENTION:
            if kept.kind == DETAILS:
                await audit.hold(connection)
                positions = await retention.remove_details(connection, kept)
                removed[kept.kind] = len(positions)
                act = doing.get()
                if act is not None:
                    act.erased = positions
            else:
                removed[kept.kind] = await retention.remove(connection, kept)
    return removed
