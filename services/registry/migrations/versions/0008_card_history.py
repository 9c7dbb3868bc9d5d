"""What became of each card and who saw to it, and whose it is: one active card for each resident."""

from alembic import op

revision = "0008"
down_revision = "0007"

SQL = """
-- A card from elsewhere has no resident here, nor has one whose holder was erased.
ALTER TABLE cards ADD COLUMN resident bigint REFERENCES residents ON DELETE SET NULL;

CREATE INDEX cards_of_resident ON cards (resident) WHERE resident IS NOT NULL;

CREATE UNIQUE INDEX cards_one_active ON cards (resident) WHERE status = 'active';

-- One row for each version of a card; the first is that in which it was issued.
CREATE TABLE card_history (
    card_ref  bytea NOT NULL REFERENCES cards,
    version   bigint NOT NULL,
    status    text NOT NULL,
    since     timestamptz NOT NULL DEFAULT now(),
    place     text REFERENCES places,
    officer   text,
    PRIMARY KEY (card_ref, version)
);

INSERT INTO card_history (card_ref, version, status) SELECT card_ref, version, status FROM cards;
"""


def upgrade() -> None:
    """Make them; older versions of the service may work on beside them."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP TABLE card_history")
    op.execute("ALTER TABLE cards DROP COLUMN resident")
