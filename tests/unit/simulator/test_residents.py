import re
from io import BytesIO

from PIL import Image

from simulator.issuer import Issuer
from simulator.kinds import Kind, make_card
from simulator.portrait import portrait
from simulator.residents import resident

PEOPLE = [resident(number, seed=3) for number in range(60)]


def test_every_nik_lies_in_the_kecamatan_that_does_not_exist() -> None:
    for person in PEOPLE:
        found = re.fullmatch(r"337299(\d\d)(\d\d)(\d\d)(\d{4})", person.nik)
        assert found
        day, month, year, serial = found.groups()
        born = person.fields[14]
        woman = person.fields[8] == "PEREMPUAN"
        assert f"{int(day) - (40 if woman else 0):02}-{month}" == born[:5]
        assert born.endswith(year)
        assert serial != "0000"


def test_no_two_residents_share_a_nik_or_a_portrait() -> None:
    assert len({person.nik for person in PEOPLE}) == len(PEOPLE)
    assert len({portrait(seed=person.nik) for person in PEOPLE}) > len(PEOPLE) // 2


def test_both_sexes_are_there_and_no_field_breaks_the_quoting() -> None:
    assert {person.fields[8] for person in PEOPLE} == {"PEREMPUAN", "LAKI-LAKI"}
    assert not [person for person in PEOPLE if '"' in "".join(person.fields)]


def test_a_seed_and_a_number_always_make_the_same_card(issuer: Issuer) -> None:
    first, again = (make_card(Kind.HEALTHY, 5, seed=9, issuer=issuer, other=issuer) for _ in range(2))
    assert (first.uid, first.resident) == (again.uid, again.resident)


def test_cards_of_one_run_differ_in_uid_whatever_their_kind(issuer: Issuer) -> None:
    cards = [
        make_card(kind, number, seed=9, issuer=issuer, other=issuer)
        for number, kind in enumerate([*Kind] * 3)
    ]
    assert len({card.uid for card in cards}) == len(cards)


def test_the_portrait_is_a_picture_that_can_be_opened() -> None:
    with Image.open(BytesIO(portrait(seed=PEOPLE[0].nik))) as image:
        assert (image.format, image.size) == ("JPEG", (150, 200))
