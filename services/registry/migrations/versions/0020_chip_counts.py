"""What taps told of chips, added up by day and month, so that the report reads sums and not each tap."""

from alembic import op

revision = "0020"
down_revision = "0009"

SQL = """
-- Taps that are in `chip_findings` and in no sum yet: whoever counts takes them from here.
CREATE TABLE chip_findings_uncounted (
    gateway  text NOT NULL,
    tap      uuid NOT NULL,
    PRIMARY KEY (gateway, tap)
);

-- By the database, so that no tap is left out whichever version of the service adds it.
CREATE FUNCTION chip_findings_to_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chip_findings_uncounted SELECT gateway, tap FROM added;
    RETURN NULL;
END
$$;

CREATE TRIGGER chip_findings_to_count AFTER INSERT ON chip_findings
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION chip_findings_to_count();

INSERT INTO chip_findings_uncounted SELECT gateway, tap FROM chip_findings;

-- In each of the sums `day` is the day of western Indonesia on which taps were judged, or, where `span` is
-- month, the first of the month.
CREATE TABLE chip_counts (
    span     text NOT NULL CHECK (span IN ('day', 'month')),
    day      date NOT NULL,
    gateway  text NOT NULL,
    reader   text NOT NULL,
    place    text NOT NULL,
    checks_alive      bigint NOT NULL,
    checks_damaged    bigint NOT NULL,
    checks_dead       bigint NOT NULL,
    checks_silent     bigint NOT NULL,
    checks_not_a_ktp  bigint NOT NULL,
    checks_undecided  bigint NOT NULL,
    others_alive      bigint NOT NULL,
    others_damaged    bigint NOT NULL,
    others_dead       bigint NOT NULL,
    others_silent     bigint NOT NULL,
    others_not_a_ktp  bigint NOT NULL,
    others_undecided  bigint NOT NULL,
    PRIMARY KEY (span, day, gateway, reader, place)
);

-- Chip checks by what the officer noted.
CREATE TABLE cause_counts (
    span       text NOT NULL CHECK (span IN ('day', 'month')),
    day        date NOT NULL,
    cause      text NOT NULL,
    alive      bigint NOT NULL,
    damaged    bigint NOT NULL,
    dead       bigint NOT NULL,
    silent     bigint NOT NULL,
    not_a_ktp  bigint NOT NULL,
    undecided  bigint NOT NULL,
    PRIMARY KEY (span, day, cause)
);

CREATE TABLE damaged_file_counts (
    span  text NOT NULL CHECK (span IN ('day', 'month')),
    day   date NOT NULL,
    file  text NOT NULL,
    taps  bigint NOT NULL,
    PRIMARY KEY (span, day, file)
);

-- Cards that another reader read whole afterwards, each once a day and reader.
CREATE TABLE trial_counts (
    span     text NOT NULL CHECK (span IN ('day', 'month')),
    day      date NOT NULL,
    gateway  text NOT NULL,
    reader   text NOT NULL,
    tried    bigint NOT NULL,
    failed   bigint NOT NULL,
    PRIMARY KEY (span, day, gateway, reader)
);

CREATE TABLE pair_counts (
    span            text NOT NULL CHECK (span IN ('day', 'month')),
    day             date NOT NULL,
    cause           text NOT NULL,
    before          text NOT NULL,
    after           text NOT NULL,
    same_card_seen  boolean NOT NULL,
    pairs           bigint NOT NULL,
    PRIMARY KEY (span, day, cause, before, after, same_card_seen)
);

-- Added up from the first day of a year: so many cards as they were found last in that year until then.
CREATE TABLE card_counts (
    span     text NOT NULL CHECK (span IN ('day', 'month')),
    day      date NOT NULL,
    damaged  boolean NOT NULL,
    cards    bigint NOT NULL,
    PRIMARY KEY (span, day, damaged)
);

-- A card's other taps, and the check that came after another: what is looked for when a tap is counted.
CREATE INDEX chip_findings_of_card ON chip_findings (card_ref, judged)
    WHERE card_ref IS NOT NULL AND finding IN ('alive', 'damaged');

CREATE INDEX chip_findings_after ON chip_findings (gateway, before) WHERE before IS NOT NULL;

DROP INDEX chip_findings_alive;

DROP INDEX chip_findings_pairs;
"""


def upgrade() -> None:
    """Make them; older versions of the service may work on beside them."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP INDEX chip_findings_of_card, chip_findings_after")
    op.execute("CREATE INDEX chip_findings_pairs ON chip_findings (judged) WHERE before IS NOT NULL")
    op.execute(
        "CREATE INDEX chip_findings_alive ON chip_findings (card_ref, began) "
        "WHERE card_ref IS NOT NULL AND finding = 'alive'"
    )
    op.execute(
        "DROP TABLE chip_counts, cause_counts, damaged_file_counts, trial_counts, pair_counts, card_counts"
    )
    op.execute("DROP TRIGGER chip_findings_to_count ON chip_findings")
    op.execute("DROP FUNCTION chip_findings_to_count")
    op.execute("DROP TABLE chip_findings_uncounted")
