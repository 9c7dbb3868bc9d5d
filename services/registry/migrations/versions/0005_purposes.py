"""The purposes: the rules under which verification judges, every version of them."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; older versions of the service may work on beside it."""
    op.execute("""
    CREATE TABLE purposes (
        version    bigint PRIMARY KEY,
        purposes   text NOT NULL,
        published  timestamptz NOT NULL DEFAULT now()
    )
    """)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE purposes")
