"""Import lines of residents: a part of a file, which may be sent again at any time."""

import asyncio
from datetime import date

from msgspec import Struct

from registry.audit.request_context import concerns
from registry.audit.unit_of_work import Office
from registry.places.store import places as stored_places
from registry.pseudonyms.person_refs import Citizens
from registry.residents.resident import Resident, may_become
from registry.residents.residents_csv import REASONS, Places, Read, Refused, read
from registry.residents.store import enrolment, residents


class RefusedRow(Struct, frozen=True, kw_only=True):
    """A line that was not taken."""

    row: int
    """Of those that were sent, from 0."""
    code: str
    reason: str
    """In Indonesian and English."""


class Imported(Struct, frozen=True, kw_only=True):
    """What became of the lines."""

    new: int
    changed: int
    unchanged: int
    refused: list[RefusedRow]


class _Checked(Struct, frozen=True, kw_only=True):
    rows: dict[str, Read]
    """By NIK."""
    refused: list[Refused]


async def import_residents(office: Office, lines: bytes, *, citizens: Citizens, today: date) -> Imported:
    """Bring the registry to what the lines say, and say which cannot be so. Again, it changes nothing.

    All of the others are in the registry together once this returns; those who import at once take turns. The
    audit log has an entry for each resident who was changed, and one for all that are new.
    """
    async with office.pool.acquire() as connection:
        known = await stored_places.all_places(connection)
    region = office.region
    places = Places(
        city=f"{region[:2]}.{region[2:]}",
        known=frozenset(place.code for place in known if place.kind == "kelurahan"),
    )
    checked = await asyncio.to_thread(_check, lines, places, today)
    async with office.deciding() as connection:
        await residents.take_turn(connection)
        before = await residents.add_unknown(connection, {nik: fit.line for nik, fit in checked.rows.items()})
        refused = list(checked.refused)
        changed: dict[int, Resident] = {}
        for nik, (number, was) in before.items():
            who = checked.rows[nik].resident()
            why = may_become(was, who)
            if why is not None:
                refused.append(Refused(row=checked.rows[nik].row, code=why))
            elif was != who:
                changed[number] = who
        if changed:
            await enrolment.uncount(connection, list(changed))
            await residents.change(connection, changed)
            await enrolment.recount(connection, list(changed))
            concerns(*(citizens.ref(who.nik) for who in changed.values()))
    new = len(checked.rows) - len(before)
    return Imported(
        new=new,
        changed=len(changed),
        unchanged=len(before) - len(changed) - (len(refused) - len(checked.refused)),
        refused=[
            RefusedRow(row=each.row, code=each.code, reason=REASONS[each.code])
            for each in sorted(refused, key=lambda each: each.row)
        ],
    )


def _check(lines: bytes, places: Places, today: date) -> _Checked:
    rows: dict[str, Read] = {}
    refused: list[Refused] = []
    for found in read(lines.splitlines(), places=places, today=today):
        if isinstance(found, Refused):
            refused.append(found)
        elif found.nik in rows:
            refused.append(Refused(row=found.row, code="twice"))
        else:
            rows[found.nik] = found
    return _Checked(rows=rows, refused=refused)
