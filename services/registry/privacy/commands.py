"""Answer a citizen: who looked at my data, and what do you hold about me?"""

from dataclasses import dataclass
from typing import Any

from registry.audit import store as audit
from registry.audit.request_context import concerns
from registry.audit.store import Recorded
from registry.audit.unit_of_work import Office
from registry.places.store import institutions
from registry.privacy.personal_data import HOLDINGS
from registry.privacy.store import person_data as stored_citizens
from registry.privacy.store.person_data import Told
from registry.pseudonyms.person_refs import Citizens

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
