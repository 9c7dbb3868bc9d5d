"""Who is responsible and bound by what, lots, the lives of readers, their taps by day, targets."""

from alembic import op

revision = "0009"
down_revision = "0008"

SQL = """
-- A data file is loaded when it differs from the one that was loaded last.
CREATE TABLE loaded_files (
    file    text PRIMARY KEY,
    digest  bytea NOT NULL CHECK (length(digest) = 32),
    loaded  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE responsibilities (
    task         text NOT NULL,
    responsible  text NOT NULL,
    valid_from   date,
    valid_to     date,
    source       text NOT NULL
);

CREATE TABLE duties (
    basis        text NOT NULL,
    reference    text NOT NULL,
    kind         text NOT NULL,
    binds_from   date NOT NULL,
    binds_until  date,
    due          date,
    source       text NOT NULL,
    PRIMARY KEY (basis, kind)
);

CREATE TABLE targets (
    target      text PRIMARY KEY,
    kind        text NOT NULL,
    places      bigint NOT NULL,
    set_on      date NOT NULL,
    due         date NOT NULL CHECK (due >= set_on),
    funds       text NOT NULL,
    funds_year  bigint NOT NULL,
    source      text NOT NULL
);

ALTER TABLE institutions ADD COLUMN place text REFERENCES places;

CREATE TABLE lots (
    lot       text PRIMARY KEY,
    funds     text NOT NULL CHECK (funds IN ('centre', 'apbd', 'own')),
    year      bigint NOT NULL,
    count     bigint NOT NULL,
    price     bigint,
    supplier  text,
    source    text NOT NULL
);

CREATE TABLE reader_lives (
    number       text PRIMARY KEY,
    lot          text REFERENCES lots,
    institution  text NOT NULL REFERENCES institutions,
    place        text NOT NULL REFERENCES places,
    gateway      text,
    reader       text CHECK ((reader IS NULL) = (gateway IS NULL)),
    state        text NOT NULL,
    since        timestamptz NOT NULL,
    because      text NOT NULL,
    version      bigint NOT NULL
);

-- One name on the bus is one reader's, until that is retired.
CREATE UNIQUE INDEX reader_lives_connected ON reader_lives (gateway, reader) WHERE state <> 'retired';

CREATE INDEX reader_lives_lot ON reader_lives (lot);

CREATE TABLE reader_history (
    number       text NOT NULL REFERENCES reader_lives,
    version      bigint NOT NULL,
    institution  text NOT NULL,
    place        text NOT NULL,
    gateway      text,
    reader       text,
    state        text NOT NULL,
    since        timestamptz NOT NULL,
    because      text NOT NULL,
    PRIMARY KEY (number, version)
);

CREATE INDEX reader_history_since ON reader_history (number, since, version);

-- Taps of trusted readers, by the day of western Indonesia on which they were judged.
CREATE TABLE reader_taps (
    gateway  text NOT NULL,
    reader   text NOT NULL,
    day      date NOT NULL,
    taps     bigint NOT NULL,
    last     timestamptz NOT NULL,
    PRIMARY KEY (gateway, reader, day)
);

INSERT INTO reader_taps (gateway, reader, day, taps, last)
SELECT gateway, reader, (judged AT TIME ZONE 'Asia/Jakarta')::date, count(*), max(judged)
FROM chip_findings GROUP BY 1, 2, 3;

-- What `reader_health` said of each reader on a day, of the thirty days before.
CREATE TABLE reader_findings (
    gateway  text NOT NULL,
    reader   text NOT NULL,
    day      date NOT NULL,
    code     text NOT NULL,
    tried    bigint NOT NULL,
    failed   bigint NOT NULL,
    PRIMARY KEY (gateway, reader, day)
);

CREATE TABLE reader_findings_made (
    alone  boolean PRIMARY KEY DEFAULT true CHECK (alone),
    made   timestamptz NOT NULL
);

INSERT INTO reader_findings_made (made) VALUES ('-infinity');
"""


def upgrade() -> None:
    """Make them; older versions of the service may work on beside it."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.execute(
        "DROP TABLE reader_findings_made, reader_findings, reader_taps, reader_history, reader_lives, lots"
    )
    op.execute("ALTER TABLE institutions DROP COLUMN place")
    op.execute("DROP TABLE targets, duties, responsibilities, loaded_files")
