"""How taps ended, minute by minute, for who looks on."""

from alembic import op

revision = "0040"
down_revision = "0032"

SQL = """
-- Kept for two days. Each process of the registry counts in rows of its own, so that none waits for another.
CREATE TABLE tap_minutes (
    minute   timestamptz NOT NULL,
    outcome  text NOT NULL,
    -- the check that decided, and why; empty where all that were needed passed
    decided  text NOT NULL,
    code     text NOT NULL,
    process  uuid NOT NULL,
    taps     bigint NOT NULL,
    PRIMARY KEY (minute, outcome, decided, code, process)
);
"""


def upgrade() -> None:
    """Make it; older versions of the service may work on beside it."""
    op.execute(SQL)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE tap_minutes")
