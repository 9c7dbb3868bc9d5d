"""Decisions are kept by the month of their taps, which a tap's id tells.

What was decided before lies elsewhen until the service makes the months.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

SQL = """
ALTER TABLE decisions RENAME TO decisions_elsewhen;

ALTER INDEX decisions_pkey RENAME TO decisions_elsewhen_pkey;

CREATE TABLE decisions (LIKE decisions_elsewhen INCLUDING ALL) PARTITION BY RANGE (tap);

ALTER TABLE decisions ATTACH PARTITION decisions_elsewhen DEFAULT;

-- The months that were ever kept begin at `began`; those before `since` are gone, and never come back.
CREATE TABLE decisions_kept (
    began  timestamptz NOT NULL,
    since  timestamptz NOT NULL,
    one    boolean PRIMARY KEY DEFAULT true CHECK (one)
);

-- Ketuk is not older than 2026: what claims to be is of a clock that was wrong.
INSERT INTO decisions_kept (began, since)
SELECT month, month FROM (
    SELECT date_trunc('month', least(now(), min(to_timestamp(milliseconds / 1000.0))), 'UTC') AS month
    FROM (
        SELECT ('x' || substr(replace(tap::text, '-', ''), 1, 12))::bit(48)::bigint AS milliseconds
        FROM decisions_elsewhen
    ) AS taps
    WHERE milliseconds >= extract(epoch FROM timestamptz '2026-01-01 00:00+00') * 1000
) AS first;
"""


def upgrade() -> None:
    """Make it; older versions of the service may work on beside it."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Keep all in one table again."""
    op.execute("CREATE TABLE decisions_whole (LIKE decisions INCLUDING ALL)")
    op.execute("INSERT INTO decisions_whole SELECT * FROM decisions")
    op.execute("DROP TABLE decisions, decisions_kept")
    op.execute("ALTER TABLE decisions_whole RENAME TO decisions")
    op.execute("ALTER INDEX decisions_whole_pkey RENAME TO decisions_pkey")
