"""Decisions, the projection of the registry's state, and the outbox."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute("""
    CREATE TABLE decisions (
        region       text NOT NULL,
        gateway      text NOT NULL,
        tap          uuid NOT NULL,
        digest       bytea NOT NULL,
        message_id   uuid NOT NULL,
        routing_key  text NOT NULL,
        headers      text NOT NULL,
        body         bytea NOT NULL,
        judged       timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (region, gateway, tap)
    )
    """)
    op.execute("""
    CREATE TABLE cards (
        card_ref  bytea PRIMARY KEY,
        status    text NOT NULL,
        version   bigint NOT NULL
    )
    """)
    op.execute("""
    CREATE TABLE gateways (
        region       text NOT NULL,
        gateway      text NOT NULL,
        institution  text,
        public_key   text,
        approved     boolean NOT NULL,
        version      bigint NOT NULL,
        PRIMARY KEY (region, gateway)
    )
    """)
    op.execute("""
    CREATE TABLE purposes (
        version   bigint PRIMARY KEY,
        purposes  text NOT NULL
    )
    """)
    op.execute("""
    CREATE SEQUENCE projection_version
    """)
    op.execute("""
    CREATE TABLE outbox (
        position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id   uuid NOT NULL UNIQUE,
        routing_key  text NOT NULL,
        headers      text NOT NULL,
        body         bytea NOT NULL,
        delivery     text NOT NULL
    )
    """)


def downgrade() -> None:
    """Remove all of it."""
    op.execute("DROP TABLE outbox, purposes, gateways, cards, decisions")
    op.execute("DROP SEQUENCE projection_version")
