"""Failed sign-ins by address, from where people signed in, and refused requests that are not logged yet."""

from alembic import op

revision = "0062"
down_revision = "0061"

SQL = """
-- An address of IPv6 stands for its network of 64 bits.
CREATE TABLE failed_sign_ins_from (
    person        text NOT NULL,
    address       text NOT NULL,
    tries         integer NOT NULL,
    locked_until  timestamptz,
    last          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, address)
);

CREATE TABLE signed_in_from (
    person   text NOT NULL REFERENCES people ON DELETE CASCADE,
    address  text NOT NULL,
    last     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person, address)
);

-- What was refused to who has not signed in, counted; it becomes a few entries of the audit log.
CREATE TABLE refused_requests (
    event    text NOT NULL,
    whose    text NOT NULL,
    origin   text NOT NULL,
    because  text NOT NULL,
    times    bigint NOT NULL,
    first    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event, whose, origin, because)
)
"""


def upgrade() -> None:
    """Make them; an older version beside it locks a name by itself, as before."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them; what is not in the audit log yet goes with them."""
    op.execute("DROP TABLE failed_sign_ins_from, signed_in_from, refused_requests")
