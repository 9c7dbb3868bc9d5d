"""What is held about a person, table by table. Whoever adds a table with personal data adds its line here.

A test fills them all and looks for a person in every table and partition of the database.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """One table. `$1` in both statements is the NIK."""

    kind: str
    table: str
    """With all its partitions."""
    shown: str
    """Selects one column, a JSON object for each row."""
    erased: str
    """Removes what is personal; statistics stay."""


_CARDS = "SELECT cards.card_ref FROM cards JOIN residents USING (resident) WHERE nik = $1"

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        kind="taps of their cards",
        table="chip_findings",
        shown=f"""
            SELECT to_jsonb(found) - 'card_ref' || jsonb_build_object('card_ref', encode(card_ref, 'hex'))
            FROM chip_findings AS found WHERE card_ref IN ({_CARDS}) ORDER BY judged
        """,  # noqa: S608  a text of our own
        # they become the taps of a card that nobody has, so that as many cards are counted as before
        erased=f"""
            WITH theirs AS MATERIALIZED (
                SELECT card_ref, sha256(uuid_send(gen_random_uuid())) AS nobodys FROM ({_CARDS}) AS cards
            )
            UPDATE chip_findings AS found SET card_ref = nobodys FROM theirs
            WHERE found.card_ref = theirs.card_ref
        """,  # noqa: S608  a text of our own
    ),
    Holding(
        kind="alarms about their cards",
        table="alarms",
        shown=f"""
            SELECT to_jsonb(alarms) FROM alarms
            WHERE card_ref IN (SELECT encode(card_ref, 'hex') FROM ({_CARDS}) AS theirs) ORDER BY raised
        """,  # noqa: S608  a text of our own
        erased=f"""
            UPDATE alarms SET card_ref = NULL
            WHERE card_ref IN (SELECT encode(card_ref, 'hex') FROM ({_CARDS}) AS theirs)
        """,  # noqa: S608  a text of our own
    ),
    Holding(
        kind="what became of their cards",
        table="card_history",
        shown=f"""
            SELECT to_jsonb(past) - 'card_ref' || jsonb_build_object('card_ref', encode(card_ref, 'hex'))
            FROM card_history AS past WHERE card_ref IN ({_CARDS}) ORDER BY card_ref, version
        """,  # noqa: S608  a text of our own
        # that the card is blocked or lost must stay known, or who has it could use it
        erased=f"UPDATE card_history SET place = NULL, officer = NULL WHERE card_ref IN ({_CARDS})",  # noqa: S608
    ),
    Holding(
        kind="cards",
        table="cards",
        shown=f"""
            SELECT jsonb_build_object(
                'card_ref', encode(card_ref, 'hex'), 'status', status, 'version', version
            )
            FROM cards WHERE card_ref IN ({_CARDS}) ORDER BY card_ref
        """,  # noqa: S608  a text of our own
        # in a new version, for others are told that nobody knows whose it is
        erased=f"""
            UPDATE cards SET resident = NULL, holder_told = false, version = version + 1
            WHERE card_ref IN ({_CARDS})
        """,  # noqa: S608
    ),
    Holding(
        kind="resident",
        table="residents",
        shown="SELECT to_jsonb(residents) - 'resident' FROM residents WHERE nik = $1",
        erased="DELETE FROM residents WHERE nik = $1",
    ),
)
"""In the order in which they are erased: a card leads to the taps, and a resident to the card."""

BY_ANOTHER_WORD = {
    "audit_details": "under a word of our own, or a card's; erased with the person, see `store/audit`",
    "disclosures": "under the institution's pseudonym, shown by `store/citizens`; what was told stays told",
}
"""Tables that know a person, and not by the NIK."""
