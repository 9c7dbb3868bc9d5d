"""The alarms that verification raised, until somebody has looked and for good."""

from alembic import op

revision = "0006"
down_revision = "0005"

SQL = """
CREATE TABLE alarms (
    alarm        uuid PRIMARY KEY,
    kind         text NOT NULL,
    raised       timestamptz NOT NULL,
    tap          uuid NOT NULL,
    region       text NOT NULL,
    gateway      text NOT NULL,
    reader       text NOT NULL,
    place        text NOT NULL,
    institution  text NOT NULL,
    card_ref     text,
    arrived      timestamptz NOT NULL DEFAULT now(),
    seen         timestamptz
);

CREATE INDEX alarms_unseen ON alarms (kind) WHERE seen IS NULL;

CREATE INDEX alarms_arrived ON alarms (arrived)
"""


def upgrade() -> None:
    """Make the table; older versions of the service may work on beside it."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE alarms")
