from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from registry.pseudonyms.pseudonyms import Pseudonyms
from tests.unit.registry.given import NIK, pseudonyms

INSTITUTIONS = st.from_regex("[a-z0-9-]{1,40}", fullmatch=True)
CAUSE = UUID("0190a6e0-5b1d-7000-8000-000000000001")


@given(one=INSTITUTIONS, other=INSTITUTIONS)
def test_words_agree_within_an_agency_and_differ_between_agencies(one: str, other: str) -> None:
    def words(institution: str) -> set[str]:
        known = pseudonyms(institution)
        return {known.tap("tap"), known.person(NIK), str(known.event(CAUSE))}

    assert words(one) == words(one)
    assert one == other or not words(one) & words(other)


def test_a_persons_word_names_the_version_of_the_key_and_changes_with_it() -> None:
    first, second = (pseudonyms("polresta-surakarta", version=version).person(NIK) for version in (1, 2))
    assert first.startswith("1-")
    assert second.startswith("2-")
    assert first[2:] != second[2:]


def test_two_persons_have_two_words() -> None:
    known = pseudonyms("polresta-surakarta")
    assert known.person(NIK) != known.person("3372990101900002")


@given(cause=st.uuids())
def test_an_events_id_is_a_uuid_of_our_own_making(cause: UUID) -> None:
    made = pseudonyms("polresta-surakarta").event(cause)
    assert (made.version, made.variant) == (8, RFC_4122)


def test_words_are_those_that_agencies_have_had_before() -> None:
    """Worked out with `hmac` alone; an agency that kept them must find its people and taps again."""
    known = Pseudonyms.towards("polresta-surakarta", master=bytes(range(32)), version=3, region="3372")
    assert known.tap("01a20bec-d480-7c3e-9d52-3f6a1b2c4d5e") == "dff77249c07e3d5d15341812b4d6ace3"
    assert str(known.event(CAUSE)) == "0152a2da-60a9-8270-b7cc-9c168a1892b2"
    assert known.person("3372990101900001") == "3-ab2a4c43be6137381f48a9bd6e01eb4c"
