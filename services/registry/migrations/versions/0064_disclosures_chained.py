"""What each institution was told, as a chain: the service can add to it and change nothing in it."""

from alembic import op

revision = "0064"
down_revision = "0063"

SQL = """
CREATE TABLE disclosure_links (
    institution  text NOT NULL REFERENCES institutions,
    position     bigint NOT NULL,
    event_id     uuid NOT NULL UNIQUE,
    told         timestamptz NOT NULL,
    commitment   bytea NOT NULL CHECK (length(commitment) = 32),
    hash         bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (institution, position)
);

CREATE TABLE disclosure_heads (
    institution  text PRIMARY KEY REFERENCES institutions,
    position     bigint NOT NULL,
    hash         bytea NOT NULL CHECK (length(hash) = 32)
);

REVOKE UPDATE, DELETE ON disclosure_links FROM registry;

REVOKE DELETE ON disclosure_heads FROM registry
"""


def upgrade() -> None:
    """Make it; what was told before, or is told by an older version beside it, stands in no chain."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE disclosure_heads, disclosure_links")
