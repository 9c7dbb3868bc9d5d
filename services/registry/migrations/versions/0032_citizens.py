"""Whom a disclosure was about, to be found by; and what is past its time, to be found by."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add them; older versions of the service may work on beside it, for the column fills itself."""
    # PostgreSQL does not know that a database keeps its encoding, and that ours is UTF-8
    op.execute(
        "CREATE FUNCTION disclosed_person(body bytea) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        "RETURN convert_from(body, 'UTF8')::jsonb #>> '{data,person}'"
    )
    op.execute(
        "ALTER TABLE disclosures ADD COLUMN person text GENERATED ALWAYS AS (disclosed_person(body)) STORED"
    )
    op.execute(
        "CREATE INDEX disclosures_person ON disclosures (institution, person) WHERE person IS NOT NULL"
    )
    # costs nothing to speak of where rows arrive in the order of their time
    op.execute("CREATE INDEX verdicts_seen ON verdicts USING brin (seen)")
    op.execute("CREATE INDEX audit_log_recorded ON audit_log USING brin (recorded)")


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP INDEX audit_log_recorded")
    op.execute("DROP INDEX verdicts_seen")
    op.execute("DROP INDEX disclosures_person")
    op.execute("ALTER TABLE disclosures DROP COLUMN person")
    op.execute("DROP FUNCTION disclosed_person")
