"""When a message was put into the outbox, so that its age can be watched."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the time; older versions of the service may work on beside it."""
    op.execute("ALTER TABLE outbox ADD COLUMN added timestamptz NOT NULL DEFAULT now()")


def downgrade() -> None:
    """Remove it."""
    op.execute("ALTER TABLE outbox DROP COLUMN added")
