"""Whether verification was told whose a card is."""

from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    """Add it; whose a card is that an older version beside it notes is told a little later."""
    op.execute("ALTER TABLE cards ADD COLUMN holder_told boolean NOT NULL DEFAULT false")
    op.execute(
        "CREATE INDEX cards_holder_untold ON cards (card_ref) WHERE resident IS NOT NULL AND NOT holder_told"
    )


def downgrade() -> None:
    """Remove it."""
    op.execute("ALTER TABLE cards DROP COLUMN holder_told")
