"""Whose a card is: a keyed hash of the NIK, where the registry told it."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add it; older versions of the service may work on beside it."""
    op.execute("ALTER TABLE cards ADD COLUMN holder bytea")


def downgrade() -> None:
    """Remove it."""
    op.execute("ALTER TABLE cards DROP COLUMN holder")
