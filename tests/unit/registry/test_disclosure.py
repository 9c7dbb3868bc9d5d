import msgspec
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe

from dev.contract.examples import examples
from ketuk_events.agency import CardOutcome
from ketuk_events.catalogue import TAP_JUDGED
from registry.disclosure.agreement import Agreement
from registry.disclosure.disclosure import disclosure
from registry.disclosure.disclosure_messages import Teller
from registry.disclosure.verdict_opening import Judged
from tests.unit.registry.given import AGENCY_KEY, GATEWAY, NIK, PERSON, agreement, pseudonyms, verdict
from tests.unit.registry.test_agency_event import signer

UID = "04a1b2c3d4e5f6"
INSTITUTIONS = st.from_regex("[a-z0-9-]{1,40}", fullmatch=True)
GRANTS = st.sets(st.sampled_from([*PERSON, "photo", "uid"]))
OUTCOMES = st.sampled_from(["verified", "refused", "inconclusive"])


def told(outcome: str, attributes: set[str]) -> CardOutcome:
    return disclosure(
        verdict(outcome=outcome),
        person=PERSON,
        agreement=agreement(attributes=attributes),
        gateway=GATEWAY,
        pseudonyms=pseudonyms("kelurahan-jebres"),
    )


def opened(outcome: CardOutcome) -> dict[str, str]:
    if outcome.attributes is None:
        return {}
    return msgspec.json.decode(
        jwe.decrypt_compact(outcome.attributes, AGENCY_KEY).plaintext or b"", type=dict[str, str]
    )


@given(outcome=OUTCOMES, granted=GRANTS)
def test_an_agency_gets_no_attribute_outside_its_agreement(outcome: str, granted: set[str]) -> None:
    expected = {name: PERSON[name] for name in granted & PERSON.keys()} if outcome == "verified" else {}
    assert opened(told(outcome, granted)) == expected


@given(outcome=OUTCOMES, granted=GRANTS, institution=INSTITUTIONS)
def test_no_message_to_an_agency_shows_a_name_of_the_tap_the_card_or_the_person(
    outcome: str, granted: set[str], institution: str
) -> None:
    heard = verdict(outcome=outcome)
    teller = Teller(signer=signer(), pseudonym_key=b"k" * 32, pseudonym_key_version=1, region="3372")
    judged = Judged(
        event_id=examples()[TAP_JUDGED].id, digest=b"", verdict=heard, person={**PERSON, "uid": UID}
    )
    (one,) = teller.tell(
        judged,
        agreements=[agreement(institution=institution, attributes=granted, places=["33.72"])],
        gateway=GATEWAY,
    )
    seen = one.wire.body.decode() + repr(one.wire)
    secret = [
        heard.tap,
        heard.tap.replace("-", ""),
        str(heard.card_ref),
        str(judged.event_id),
        UID,
        *PERSON.values(),
    ]
    assert [each for each in secret if each in seen and each != PERSON["blood"]] == []
    assert "traceparent" not in seen


def test_who_it_was_is_not_told_of_a_card_that_is_not_verified() -> None:
    refused = told("refused", {"nik", "name"})
    assert (refused.person, refused.attributes, refused.reason) == (None, None, "card.status/blocked")


def test_an_agency_without_a_key_gets_no_attributes() -> None:
    keyless = msgspec.convert(
        {**msgspec.to_builtins(agreement(attributes=["nik"])), "public_key": None}, Agreement
    )
    outcome = disclosure(
        verdict(),
        person=PERSON,
        agreement=keyless,
        gateway=GATEWAY,
        pseudonyms=pseudonyms("kelurahan-jebres"),
    )
    assert outcome.attributes is None
    assert outcome.person == pseudonyms("kelurahan-jebres").person(NIK)


def test_a_disclosure_says_under_which_rules_it_came_about() -> None:
    rules = told("verified", set()).rules
    assert (rules.agreement, rules.agreement_version, rules.purpose, rules.purpose_version) == (
        "PKS-1",
        3,
        "record",
        1,
    )


def test_a_disclosure_names_its_audience_and_the_place_that_the_registry_has_on_record() -> None:
    outcome = disclosure(
        verdict(place="33.72.01.1001"),
        person=PERSON,
        agreement=agreement(institution="polresta-surakarta"),
        gateway=GATEWAY,
        pseudonyms=pseudonyms("polresta-surakarta"),
    )
    assert (outcome.audience, outcome.place) == ("polresta-surakarta", GATEWAY.place)
