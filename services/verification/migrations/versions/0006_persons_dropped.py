"""Up to when decisions stand without the person that was sealed in them."""

from alembic import op

revision = "0006"
down_revision = "0005"

SQL = """
CREATE TABLE persons_dropped (
    until  timestamptz NOT NULL,
    one    boolean PRIMARY KEY DEFAULT true CHECK (one)
);

INSERT INTO persons_dropped (until) SELECT coalesce(min(judged), now()) FROM decisions;

-- costs nothing to speak of where rows arrive in the order of their time
CREATE INDEX decisions_judged ON decisions USING brin (judged)
"""


def upgrade() -> None:
    """Make it; older versions of the service may work on beside it, and wait while the index is made."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove it; the persons that were dropped stay away."""
    op.execute("DROP INDEX decisions_judged")
    op.execute("DROP TABLE persons_dropped")
