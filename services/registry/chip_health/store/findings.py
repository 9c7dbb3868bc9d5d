"""What each tap told of a chip; `counting` adds up what follows from many."""

from collections.abc import Sequence

from chassis.storage.postgres import Connection
from registry.chip_health.finding import ChipFinding


async def add(connection: Connection, findings: Sequence[ChipFinding]) -> None:
    """Add; a tap that is known stays as it is, and one of a month that is gone may have been known."""
    rows = [
        (
            each.gateway,
            each.tap,
            each.reader,
            each.place,
            each.began,
            each.judged,
            each.finding,
            " ".join(each.damaged),
            each.card_ref,
            each.cause,
            each.before,
        )
        for each in sorted(findings, key=lambda each: (each.gateway, each.tap))
    ]
    if not rows:
        return
    await connection.execute(
        """
        INSERT INTO chip_findings
            (gateway, tap, reader, place, began, judged, chip_check, finding, damaged, card_ref, cause,
                before)
        SELECT gateway, tap, reader, place, began, judged, cause IS NOT NULL, finding,
            string_to_array(damaged, ' '), card_ref, cause, before
        FROM unnest(
            $1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[],
            $8::text[], $9::bytea[], $10::text[], $11::uuid[]
        ) AS given (gateway, tap, reader, place, began, judged, finding, damaged, card_ref, cause, before)
        WHERE NOT EXISTS (
            SELECT FROM chip_findings_kept AS kept
            WHERE given.tap >= first_tap(kept.began) AND given.tap < first_tap(kept.since)
        )
        ON CONFLICT DO NOTHING
        """,
        *zip(*rows, strict=True),
    )
