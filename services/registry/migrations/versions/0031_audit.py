"""The audit log, to which the service can add and which it cannot change; and what the service may do at all.

The tables belong to who migrates, which is not the service: an owner could give itself any right.
"""

from alembic import op
from alembic.util import CommandError
from sqlalchemy import text

revision = "0031"
down_revision = "0030"

SQL = """
CREATE TABLE audit_log (
    position    bigint PRIMARY KEY,
    recorded    timestamptz NOT NULL,
    event       text NOT NULL,
    actor       text NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('done', 'refused')),
    commitment  bytea NOT NULL CHECK (length(commitment) = 32),
    erased      bigint[] NOT NULL,
    hash        bytea NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE audit_details (
    position  bigint PRIMARY KEY REFERENCES audit_log,
    salt      bytea NOT NULL,
    whose     text,
    origin    text NOT NULL,
    reason    text,
    because   text
);

CREATE INDEX audit_details_whose ON audit_details (whose, position);

CREATE TABLE audit_head (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    position  bigint NOT NULL,
    hash      bytea NOT NULL
);

INSERT INTO audit_head (position, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO registry;

-- and on what later migrations make
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO registry;

REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM registry;

REVOKE UPDATE, DELETE ON audit_log FROM registry;

-- to erase a person; an entry must say so, or the log does not verify
REVOKE UPDATE ON audit_details FROM registry;

REVOKE INSERT, DELETE ON audit_head FROM registry
"""


def upgrade() -> None:
    """Make them; older versions of the service may work on beside it."""
    if op.get_bind().execute(text("SELECT current_user")).scalar() == "registry":
        raise CommandError(
            "the tables must not belong to the service: give them to the role registry_owner with "
            "deploy/own, and migrate as this role"
        )
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP TABLE audit_head, audit_details, audit_log")
