"""Who may use the registry: people, their sessions, programs' tokens; and answers kept for repeats."""

from alembic import op

revision = "0030"
down_revision = "0020"

SQL = """
CREATE TABLE people (
    person    text PRIMARY KEY,
    role      text NOT NULL CHECK (role IN ('viewer', 'officer', 'operator', 'auditor')),
    password  text NOT NULL,
    shut_out  boolean NOT NULL DEFAULT false,
    version   bigint NOT NULL
);

-- By the name that was given, whether there is such a person or not: an answer tells nobody which.
CREATE TABLE failed_sign_ins (
    person        text PRIMARY KEY,
    tries         integer NOT NULL,
    locked_until  timestamptz,
    last          timestamptz NOT NULL DEFAULT now()
);

-- Secrets are kept as SHA-256: they are long and random, so nothing slower is needed.
CREATE TABLE sessions (
    secret   bytea PRIMARY KEY CHECK (length(secret) = 32),
    person   text NOT NULL REFERENCES people ON DELETE CASCADE,
    expires  timestamptz NOT NULL
);

CREATE INDEX sessions_person ON sessions (person);

CREATE TABLE tokens (
    token    text PRIMARY KEY,
    secret   bytea NOT NULL UNIQUE CHECK (length(secret) = 32),
    role     text NOT NULL CHECK (role IN ('viewer', 'officer', 'operator', 'auditor')),
    issued   timestamptz NOT NULL DEFAULT now(),
    expires  timestamptz NOT NULL,
    revoked  timestamptz
);

-- Written in the transaction of the change; the answer follows once it is known.
CREATE TABLE kept_answers (
    actor   text NOT NULL,
    key     text NOT NULL,
    digest  bytea NOT NULL,
    status  smallint,
    body    bytea,
    kept    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);

CREATE INDEX kept_answers_kept ON kept_answers (kept);
"""


def upgrade() -> None:
    """Make them; older versions of the service may work on beside it."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP TABLE sessions, people, failed_sign_ins, tokens, kept_answers")
