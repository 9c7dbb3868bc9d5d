"""The public keys that the registry publishes, how gateways enrol, and that they can be revoked."""

from alembic import op

revision = "0004"
down_revision = "0003"

SQL = """
CREATE TABLE published_keys (
    key_id          text PRIMARY KEY,
    use             text NOT NULL CHECK (use IN ('seal', 'sign', 'issuer')),
    owner           text NOT NULL,
    public_key      text NOT NULL,
    valid_from      text NOT NULL,
    valid_until     text NOT NULL CHECK (valid_until > valid_from),
    root_signature  bytea NOT NULL,
    withdrawn       boolean NOT NULL DEFAULT false,
    version         bigint NOT NULL
);

-- The code itself is not kept: `digest` is SHA-256 of its secret part.
CREATE TABLE enrolments (
    code_id      text PRIMARY KEY,
    digest       bytea NOT NULL CHECK (length(digest) = 32),
    region       text NOT NULL,
    gateway      text NOT NULL,
    institution  text NOT NULL REFERENCES institutions,
    place        text NOT NULL REFERENCES places,
    expires      timestamptz NOT NULL,
    misses       integer NOT NULL DEFAULT 0,
    public_key   text
);

ALTER TABLE gateways DROP CONSTRAINT gateways_state_check;

ALTER TABLE gateways ADD CONSTRAINT gateways_state_check
    CHECK (state IN ('requested', 'approved', 'suspended', 'revoked'));
"""


def upgrade() -> None:
    """Make them; older versions of the service may work on beside it."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them. A gateway that was revoked stays suspended."""
    op.execute("UPDATE gateways SET state = 'suspended' WHERE state = 'revoked'")
    op.execute("ALTER TABLE gateways DROP CONSTRAINT gateways_state_check")
    op.execute(
        "ALTER TABLE gateways ADD CONSTRAINT gateways_state_check "
        "CHECK (state IN ('requested', 'approved', 'suspended'))"
    )
    op.execute("DROP TABLE enrolments, published_keys")
