"""What institutions were told: the service says that a row is settled now, and the owner alone removes it."""

from alembic import op

revision = "0061"
down_revision = "0060"

SQL = """
-- rows that were released by hand and kept the time at which they were parked
UPDATE disclosures SET settled = NULL WHERE state = 'waiting' AND settled IS NOT NULL;

-- What an institution was told stands, until the owner of the table removes what is past its time. That time
-- counts from `settled`, so nobody may choose it: it is now, or there is none while the row waits.
CREATE OR REPLACE FUNCTION disclosures_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.event_id, OLD.institution, OLD.routing_key, OLD.signature, OLD.body, OLD.created)
            = (NEW.event_id, NEW.institution, NEW.routing_key, NEW.signature, NEW.body, NEW.created)
        AND (CASE
            WHEN NEW.state = 'waiting' THEN NEW.settled IS NULL
            WHEN OLD.settled IS NULL THEN NEW.settled = now()
            ELSE NEW.settled = OLD.settled
        END)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE'
        AND OLD.settled < now() - interval '1825 days'
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what was disclosed cannot be changed or removed';
END
$$;

-- Removes a part of what is past its time, and returns how many rows; in the owner's name, for the service
-- can remove none. What goes when is said here alone.
CREATE FUNCTION remove_disclosures_past_their_time() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM disclosures WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM disclosures WHERE settled < now() - interval '1825 days' LIMIT 10000
        FOR UPDATE SKIP LOCKED
    ));
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;

REVOKE EXECUTE ON FUNCTION remove_disclosures_past_their_time() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION remove_disclosures_past_their_time() TO registry;
"""

BEFORE = """
DROP FUNCTION remove_disclosures_past_their_time;

CREATE OR REPLACE FUNCTION disclosures_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND
        (OLD.event_id, OLD.institution, OLD.routing_key, OLD.signature, OLD.body, OLD.created)
        = (NEW.event_id, NEW.institution, NEW.routing_key, NEW.signature, NEW.body, NEW.created)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.settled < now() - interval '1825 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what was disclosed cannot be changed or removed';
END
$$;
"""


def upgrade() -> None:
    """Make it so; an older version beside it works on as long as no row is five years old."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Let the service remove what is past its time."""
    for statement in BEFORE.split(";\n\n"):
        op.execute(statement)
