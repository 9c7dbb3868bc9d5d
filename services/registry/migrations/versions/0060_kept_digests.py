"""Digests of requests: those that were kept without a key go, and one may be missing."""

from alembic import op

revision = "0060"
down_revision = "0050"


def upgrade() -> None:
    """Let go of them; an older version beside it repeats nothing that was answered before."""
    op.execute("ALTER TABLE kept_answers ALTER COLUMN digest DROP NOT NULL")
    op.execute("UPDATE kept_answers SET digest = NULL, status = NULL, body = NULL")


def downgrade() -> None:
    """As before: the answers go, for nobody knows what they were for."""
    op.execute("UPDATE kept_answers SET digest = '', status = NULL, body = NULL WHERE digest IS NULL")
    op.execute("ALTER TABLE kept_answers ALTER COLUMN digest SET NOT NULL")
