"""Residents. Whoever changes or removes some of them takes a turn first."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from operator import attrgetter

import asyncpg

from chassis.storage.postgres import Connection
from registry.residents.resident import Resident

_COLUMNS = Resident.__struct_fields__
_NAMES = ", ".join(_COLUMNS)
_row = attrgetter(*_COLUMNS)
_FEW = 64
"""NIKs that tell whether those that come with them are new."""
_TURN = 0x7265736964656E74
"""Key of an advisory lock ("resident")."""
_TYPES = ("text", "text", "date", "text", "text", *("date",) * (len(_COLUMNS) - 5))


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else changes residents, to the end of the transaction.

    So ids become visible in their order, and what is counted is told by the highest of them.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _TURN)


async def add_unknown(
    connection: Connection, lines: Mapping[str, bytes]
) -> Mapping[str, tuple[int, Resident]]:
    """Add those whose NIKs are not there, given as lines of CSV by NIK; returns the others, with their ids.

    Who are all new, as a few of them suggest, are not looked for one by one: there is no second NIK.
    """
    niks = sorted(lines)
    if not await known(connection, niks[:: max(1, len(niks) // _FEW)]):
        try:
            async with connection.transaction():
                await _add(connection, list(lines.values()))
        except asyncpg.UniqueViolationError:
            pass
        else:
            return {}
    there = await known(connection, niks)
    await _add(connection, [line for nik, line in lines.items() if nik not in there])
    return there


async def known(connection: Connection, niks: Sequence[str]) -> Mapping[str, tuple[int, Resident]]:
    """Those of these NIKs, each with its id in the registry."""
    rows = await connection.fetch(
        f"SELECT resident, {_NAMES} FROM residents WHERE nik = ANY($1)",  # noqa: S608  names of our own
        niks,
    )
    return {row["nik"]: (row["resident"], Resident(**{name: row[name] for name in _COLUMNS})) for row in rows}


async def _add(connection: Connection, lines: Sequence[bytes]) -> None:
    async def whole() -> AsyncIterator[bytes]:
        yield b"\n".join(lines) + b"\n"

    if lines:
        await connection.copy_to_table("residents", source=whole(), columns=_COLUMNS, format="csv")


async def change(connection: Connection, residents: Mapping[int, Resident]) -> None:
    """Bring some, given by id, to what is given."""
    given = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(("bigint", *_TYPES), start=1))
    await connection.execute(
        f"""
        UPDATE residents SET ({_NAMES}) = ({", ".join(f"given.{name}" for name in _COLUMNS)})
        FROM unnest({given}) AS given (resident, {_NAMES}) WHERE residents.resident = given.resident
        """,  # noqa: S608  names of our own
        list(residents),
        *(list(column) for column in zip(*map(_row, residents.values()), strict=True)),
    )


async def activated(connection: Connection, resident: int, *, on: date) -> None:
    """The card was activated; who is not known to have one printed, or did so before, stays as is."""
    await connection.execute(
        """
        UPDATE residents SET activated = $2
        WHERE resident = $1 AND printed <= $2 AND activated IS NULL
        """,
        resident,
        on,
    )
