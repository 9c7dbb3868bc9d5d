"""What is held about one person, and what institutions were told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from chassis.storage.postgres import Connection
from registry.privacy.personal_data import Holding


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One disclosure about a person."""

    institution: str
    name: str
    told: datetime
    tapped: str
    place: str
    officer: str
    purpose: str
    outcome: str
    agreement: str
    attributes: list[str]
    """By the agreement of that time; sealed for the institution alone."""


async def told(connection: Connection, words: Sequence[tuple[str, str]]) -> list[Told]:
    """Disclosures, given for each institution the word that stands for the person."""
    rows = await connection.fetch(
        """
        SELECT institution, institutions.name, created AS told, data->>'tapped' AS tapped,
            data->>'place' AS place, data->>'officer' AS officer, data->'rules'->>'purpose' AS purpose,
            data->>'outcome' AS outcome, data->'rules'->>'agreement' AS agreement,
            CASE WHEN data->>'attributes' IS NULL THEN '{}' ELSE agreements.attributes END AS attributes
        FROM unnest($1::text[], $2::text[]) AS given (institution, person)
        JOIN disclosures USING (institution, person)
        CROSS JOIN LATERAL (SELECT convert_from(disclosures.body, 'UTF8')::jsonb->'data') AS event (data)
        JOIN institutions USING (institution)
        JOIN agreements USING (institution)
        WHERE agreements.version = (data->'rules'->>'agreement_version')::bigint
        ORDER BY created
        """,
        [institution for institution, _ in words],
        [word for _, word in words],
    )
    return [Told(**row) for row in rows]


async def cards_of(connection: Connection, nik: str) -> list[str]:
    """References of somebody's cards."""
    rows = await connection.fetch(
        "SELECT encode(card_ref, 'hex') AS ref FROM cards JOIN residents USING (resident) WHERE nik = $1", nik
    )
    return sorted(row["ref"] for row in rows)


async def held(
    connection: Connection, nik: str, *, holdings: Sequence[Holding]
) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by kind."""
    return {
        each.kind: [msgspec.json.decode(row[0]) for row in await connection.fetch(each.shown, nik)]
        for each in holdings
    }


async def erase(connection: Connection, nik: str, *, holdings: Sequence[Holding]) -> dict[str, int]:
    """Remove what is personal; returns how many rows, by kind."""
    return {
        each.kind: int((await connection.execute(each.erased, nik)).rpartition(" ")[2]) for each in holdings
    }
