"""What each tap told of a chip's health: the chip-health report reads nothing else."""

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = """
-- One row for each tap of a reader that was trusted. `place` is the registry's own record of the gateway.
CREATE TABLE chip_findings (
    gateway     text NOT NULL,
    tap         uuid NOT NULL,
    reader      text NOT NULL,
    place       text NOT NULL REFERENCES places,
    began       timestamptz NOT NULL,
    judged      timestamptz NOT NULL,
    -- of western Indonesia; a column, for the planner knows how many there are, and not what a function gives
    year        smallint NOT NULL
        GENERATED ALWAYS AS (date_part('year', judged AT TIME ZONE 'Asia/Jakarta')) STORED,
    chip_check  boolean NOT NULL,
    finding     text NOT NULL
        CHECK (finding IN ('alive', 'damaged', 'dead', 'silent', 'not-a-ktp', 'undecided')),
    damaged     text[] NOT NULL,
    card_ref    bytea CHECK (length(card_ref) = 32),
    -- what the officer noted beside a chip check
    cause       text CHECK ((cause IS NOT NULL) = chip_check),
    before      uuid CHECK (before IS NULL OR chip_check),
    PRIMARY KEY (gateway, tap)
);

CREATE INDEX chip_findings_judged ON chip_findings (judged);

CREATE INDEX chip_findings_pairs ON chip_findings (judged) WHERE before IS NOT NULL;

-- Read whole elsewhere later: the proof that a reader and not a chip failed.
CREATE INDEX chip_findings_alive ON chip_findings (card_ref, began)
    WHERE card_ref IS NOT NULL AND finding = 'alive';
"""


def upgrade() -> None:
    """Make it; older versions of the service may work on beside it."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE chip_findings")
