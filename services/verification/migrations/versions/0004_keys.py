"""The public keys that the registry published."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; older versions of the service may work on beside it."""
    op.execute("""
    CREATE TABLE keys (
        key_id     text PRIMARY KEY,
        told       text NOT NULL,
        withdrawn  boolean NOT NULL,
        version    bigint NOT NULL
    )
    """)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE keys")
