"""The tables of the registry."""

from alembic import op

revision = "0001"
down_revision = None

SQL = """
CREATE TABLE places (
    code        text PRIMARY KEY,
    name        text NOT NULL,
    kind        text NOT NULL,
    parent      text REFERENCES places,
    valid_from  date,
    valid_to    date
);

CREATE TABLE institutions (
    institution  text PRIMARY KEY,
    name         text NOT NULL,
    kind         text NOT NULL
);

CREATE TABLE gateways (
    region       text NOT NULL,
    gateway      text NOT NULL,
    institution  text NOT NULL REFERENCES institutions,
    place        text NOT NULL REFERENCES places,
    public_key   text NOT NULL,
    state        text NOT NULL CHECK (state IN ('requested', 'approved', 'suspended')),
    version      bigint NOT NULL,
    PRIMARY KEY (region, gateway)
);

-- What gateways say of themselves, whether the registry has a record of them or not.
CREATE TABLE beats (
    region    text NOT NULL,
    gateway   text NOT NULL,
    epoch     bigint NOT NULL,
    sequence  bigint NOT NULL,
    backlog   bigint NOT NULL,
    software  text NOT NULL,
    seen      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, gateway)
);

CREATE TABLE readers (
    region     text NOT NULL,
    gateway    text NOT NULL,
    reader     text NOT NULL,
    model      text NOT NULL,
    state      text NOT NULL,
    sam        boolean NOT NULL,
    physical   boolean NOT NULL,
    connected  boolean NOT NULL,
    epoch      bigint NOT NULL,
    sequence   bigint NOT NULL,
    seen       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region, gateway, reader)
);

-- A card's UID is not kept: card_ref is HMAC-SHA256 of it.
CREATE TABLE cards (
    card_ref  bytea PRIMARY KEY CHECK (length(card_ref) = 32),
    status    text NOT NULL,
    version   bigint NOT NULL
);

-- One row for each version; the newest of an institution counts.
CREATE TABLE agreements (
    institution  text NOT NULL REFERENCES institutions,
    version      bigint NOT NULL,
    reference    text NOT NULL,
    legal_basis  text NOT NULL,
    purposes     text[] NOT NULL,
    attributes   text[] NOT NULL,
    places       text[] NOT NULL,
    readers      text[] NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_until  timestamptz NOT NULL,
    public_key   text,
    recorded     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (institution, version)
);

-- Which verdicts have had their effects, so that these never repeat.
CREATE TABLE verdicts (
    event_id  uuid PRIMARY KEY,
    digest    bytea NOT NULL,
    seen      timestamptz NOT NULL DEFAULT now()
);

-- What each institution was told, and at the same time the outbox from which it is told.
CREATE TABLE disclosures (
    position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     uuid NOT NULL UNIQUE,
    institution  text NOT NULL REFERENCES institutions,
    routing_key  text NOT NULL,
    signature    text NOT NULL,
    body         bytea NOT NULL,
    created      timestamptz NOT NULL DEFAULT now(),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'parked')),
    settled      timestamptz,
    reason       text
);

CREATE INDEX disclosures_waiting ON disclosures (institution, position) WHERE state = 'waiting';

CREATE FUNCTION disclosures_stand() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER disclosures_stand BEFORE UPDATE OR DELETE ON disclosures
FOR EACH ROW EXECUTE FUNCTION disclosures_stand();

CREATE TABLE outbox (
    position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id   uuid NOT NULL UNIQUE,
    routing_key  text NOT NULL,
    headers      text NOT NULL,
    body         bytea NOT NULL,
    delivery     text NOT NULL
);
"""


def upgrade() -> None:
    """Make them."""
    for statement in SQL.split(";\n\n"):
        op.execute(statement)
