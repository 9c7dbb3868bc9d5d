"""Agreements: every version is kept, the newest counts."""

import msgspec

from chassis.storage.postgres import Connection
from registry.disclosure.agreement import Agreement


async def newest(connection: Connection) -> list[Agreement]:
    """The newest version of each institution's agreement."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (institution) institution, version, reference, legal_basis, purposes, attributes,
            places, readers, valid_from, valid_until, public_key
        FROM agreements ORDER BY institution, version DESC
        """
    )
    return [msgspec.convert(_fields(dict(row)), Agreement) for row in rows]


async def add(connection: Connection, agreement: Agreement) -> None:
    """Add a version."""
    await connection.execute(
        """
        INSERT INTO agreements (institution, version, reference, legal_basis, purposes, attributes,
            places, readers, valid_from, valid_until, public_key)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        agreement.institution,
        agreement.version,
        agreement.reference,
        agreement.legal_basis,
        agreement.purposes,
        agreement.attributes,
        agreement.places,
        agreement.readers,
        agreement.valid_from,
        agreement.valid_until,
        None if agreement.public_key is None else msgspec.json.encode(agreement.public_key).decode(),
    )


def _fields(row: dict[str, object]) -> dict[str, object]:
    key = row["public_key"]
    return row if key is None else {**row, "public_key": msgspec.json.decode(str(key))}
