"""What taps told of chips is kept by the month that a tap's id tells, and for two years.

What is there moves to its months at once; and disclosures may be removed after five years.
"""

from alembic import op

revision = "0050"
down_revision = "0040"

# in the table's order; `year` is generated
_COLUMNS = "gateway, tap, reader, place, began, judged, chip_check, finding, damaged, card_ref, cause, before"

SQL = f"""
-- A tap's id is a UUIDv7: its first 48 bits are milliseconds, and ids are ordered by their bytes.
CREATE FUNCTION first_tap(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

CREATE FUNCTION month_of_tap(tap uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_trunc(
    'month',
    to_timestamp(('x' || substr(replace(tap::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0),
    'UTC'
);

ALTER TABLE chip_findings RENAME TO chip_findings_elsewhen;

ALTER INDEX chip_findings_pkey RENAME TO chip_findings_elsewhen_pkey;

ALTER INDEX chip_findings_judged RENAME TO chip_findings_elsewhen_judged;

ALTER INDEX chip_findings_of_card RENAME TO chip_findings_elsewhen_of_card;

ALTER INDEX chip_findings_after RENAME TO chip_findings_elsewhen_after;

DROP TRIGGER chip_findings_to_count ON chip_findings_elsewhen;

CREATE TABLE chip_findings (LIKE chip_findings_elsewhen INCLUDING ALL) PARTITION BY RANGE (tap);

ALTER TABLE chip_findings ADD FOREIGN KEY (place) REFERENCES places;

ALTER TABLE chip_findings ATTACH PARTITION chip_findings_elsewhen DEFAULT;

CREATE TRIGGER chip_findings_to_count AFTER INSERT ON chip_findings
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION chip_findings_to_count();

-- The months that were ever kept begin at `began`; those before `since` are gone, and never come back. What
-- claims to be of before `began` is of a clock that was wrong.
CREATE TABLE chip_findings_kept (
    began  timestamptz NOT NULL,
    since  timestamptz NOT NULL,
    one    boolean PRIMARY KEY DEFAULT true CHECK (one)
);

INSERT INTO chip_findings_kept (began, since)
SELECT month, month FROM (
    SELECT date_trunc('month', least(now(), min(month_of_tap(tap))), 'UTC') AS month
    FROM chip_findings_elsewhen WHERE tap >= first_tap('2026-01-01 00:00+00')
) AS first;

REVOKE INSERT, UPDATE, DELETE ON chip_findings_kept FROM registry;

-- Makes this month and, a week ahead, the next, and those of which something lies elsewhen; returns how many.
-- In the owner's name, for the service can make and drop no table; what goes when is said here alone.
CREATE FUNCTION make_chip_finding_months() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz;
    following timestamptz;
    made int := 0;
BEGIN
    -- one at a time, and nobody counts meanwhile: who had looked where to find a tap before it moved would
    -- not find it after
    PERFORM pg_advisory_xact_lock(x'6368697073'::bigint);
    FOR month IN
        SELECT DISTINCT date_trunc('month', moment, 'UTC') FROM (
            SELECT now() AS moment UNION ALL SELECT now() + interval '7 days' UNION ALL
            SELECT month_of_tap(tap)
            FROM chip_findings_elsewhen, chip_findings_kept
            WHERE tap >= first_tap(since) AND tap < first_tap(now())
        ) AS moments
    LOOP
        CONTINUE WHEN to_regclass(chip_findings_of(month)) IS NOT NULL;
        following := month + interval '1 month';
        -- Who adds meanwhile waits here, before it is chosen where to: one that waited at
        -- chip_findings_elsewhen would be refused there.
        LOCK TABLE ONLY chip_findings IN SHARE ROW EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE %I (LIKE chip_findings INCLUDING ALL)', chip_findings_of(month));
        EXECUTE format(
            'WITH moved AS (DELETE FROM chip_findings_elsewhen WHERE tap >= %L AND tap < %L RETURNING *)
            INSERT INTO %I ({_COLUMNS}) SELECT {_COLUMNS} FROM moved',
            first_tap(month), first_tap(following), chip_findings_of(month)
        );
        EXECUTE format(
            'ALTER TABLE chip_findings ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            chip_findings_of(month), first_tap(month), first_tap(following)
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- The name of a month's partition.
CREATE FUNCTION chip_findings_of(month timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
RETURN 'chip_findings_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');

-- The months that are over, the oldest first: none behind one of which a tap is in no sum yet, or was judged
-- so late that the year in which its card counts once may go on.
CREATE FUNCTION chip_finding_months_over() RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz;
    stays boolean;
BEGIN
    FOR month IN
        SELECT each.month
        FROM chip_findings_kept, generate_series(since, now(), interval '1 month') AS each (month)
        WHERE each.month + interval '1 month' <= now() - interval '730 days'
    LOOP
        IF to_regclass(chip_findings_of(month)) IS NOT NULL THEN
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM %1$I WHERE judged >= now() - interval ''460 days'')
                OR EXISTS (SELECT FROM %1$I JOIN chip_findings_uncounted USING (gateway, tap))',
                chip_findings_of(month)
            ) INTO stays;
            EXIT WHEN stays;
        END IF;
        RETURN NEXT month;
    END LOOP;
END
$$;

-- Drops the months that are over, and what a wrong clock made older than any; returns how many taps went.
CREATE FUNCTION drop_chip_finding_months() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz;
    of_month bigint;
    dropped bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(x'6368697073'::bigint);
    WITH gone AS (
        DELETE FROM chip_findings_elsewhen AS old WHERE ctid = ANY (ARRAY(
            SELECT found.ctid FROM chip_findings_elsewhen AS found, chip_findings_kept
            WHERE judged < now() - interval '730 days' AND tap < first_tap(since)
                AND NOT EXISTS (
                    SELECT FROM chip_findings_uncounted AS waits
                    WHERE (waits.gateway, waits.tap) = (found.gateway, found.tap)
                )
            LIMIT 10000
        )) RETURNING 1
    )
    SELECT count(*) INTO dropped FROM gone;
    IF NOT EXISTS (SELECT FROM chip_finding_months_over()) THEN
        RETURN dropped;
    END IF;
    -- and look again: nobody adds to a month any more
    LOCK TABLE chip_findings IN ACCESS EXCLUSIVE MODE;
    FOR month IN SELECT * FROM chip_finding_months_over() LOOP
        UPDATE chip_findings_kept SET since = month + interval '1 month';
        CONTINUE WHEN to_regclass(chip_findings_of(month)) IS NULL;
        EXECUTE format('SELECT count(*) FROM %I', chip_findings_of(month)) INTO of_month;
        EXECUTE format('DROP TABLE %I', chip_findings_of(month));
        dropped := dropped + of_month;
    END LOOP;
    RETURN dropped;
END
$$;

REVOKE EXECUTE ON FUNCTION make_chip_finding_months(), drop_chip_finding_months() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION make_chip_finding_months(), drop_chip_finding_months() TO registry;

SELECT make_chip_finding_months();

-- What an institution was told stands, until it is past its time.
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

-- costs nothing to speak of where rows are settled in the order of their time
CREATE INDEX disclosures_settled ON disclosures USING brin (settled);
"""  # noqa: S608  names of our own


WHOLE = f"""
CREATE TABLE chip_findings_whole (LIKE chip_findings INCLUDING ALL);

INSERT INTO chip_findings_whole ({_COLUMNS}) SELECT {_COLUMNS} FROM chip_findings;

DROP TABLE chip_findings, chip_findings_kept;

DROP FUNCTION make_chip_finding_months, drop_chip_finding_months, chip_finding_months_over, chip_findings_of;

DROP FUNCTION first_tap, month_of_tap;

ALTER TABLE chip_findings_whole RENAME TO chip_findings;

ALTER TABLE chip_findings ADD FOREIGN KEY (place) REFERENCES places;

ALTER INDEX chip_findings_whole_pkey RENAME TO chip_findings_pkey;

DROP INDEX chip_findings_whole_judged_idx, chip_findings_whole_card_ref_judged_idx;

DROP INDEX chip_findings_whole_gateway_before_idx;

CREATE INDEX chip_findings_judged ON chip_findings (judged);

CREATE INDEX chip_findings_of_card ON chip_findings (card_ref, judged)
    WHERE card_ref IS NOT NULL AND finding IN ('alive', 'damaged');

CREATE INDEX chip_findings_after ON chip_findings (gateway, before) WHERE before IS NOT NULL;

CREATE TRIGGER chip_findings_to_count AFTER INSERT ON chip_findings
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION chip_findings_to_count();

DROP INDEX disclosures_settled;

CREATE OR REPLACE FUNCTION disclosures_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND
        (OLD.event_id, OLD.institution, OLD.routing_key, OLD.signature, OLD.body, OLD.created)
        = (NEW.event_id, NEW.institution, NEW.routing_key, NEW.signature, NEW.body, NEW.created)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was disclosed cannot be changed or removed';
END
$$;
"""  # noqa: S608  names of our own


def upgrade() -> None:
    """Make it; older versions of the service may work on beside it."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Keep all in one table again, and disclosures for good."""
    for statement in WHOLE.split(";\n\n"):
        op.execute(statement)
