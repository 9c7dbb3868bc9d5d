"""How old what waits is, in the outbox and among the disclosures; and the trace of each disclosure."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the time; older versions of the service may work on beside it."""
    op.execute("ALTER TABLE outbox ADD COLUMN added timestamptz NOT NULL DEFAULT now()")
    op.execute("ALTER TABLE disclosures ADD COLUMN traceparent text")
    op.execute(
        "CREATE INDEX disclosures_unsettled ON disclosures (institution, state, created) "
        "WHERE state <> 'sent'"
    )


def downgrade() -> None:
    """Remove it."""
    op.execute("ALTER TABLE disclosures DROP COLUMN traceparent")
    op.execute("DROP INDEX disclosures_unsettled")
    op.execute("ALTER TABLE outbox DROP COLUMN added")
