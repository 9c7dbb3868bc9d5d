from collections import Counter
from datetime import date

from registry.places.places import Place, file_of, read

PLACES = read(file_of("3372"))


def kelurahan_on(day: date) -> list[Place]:
    return [
        place
        for place in PLACES
        if place.kind == "kelurahan"
        and (place.valid_from is None or place.valid_from <= day)
        and (place.valid_to is None or day < place.valid_to)
    ]


def test_the_city_has_51_kelurahan_in_2013_and_54_since_2019() -> None:
    assert len(kelurahan_on(date(2013, 8, 18))) == 51
    later = kelurahan_on(date(2019, 12, 31))
    assert len(later) == 54
    assert {place.name for place in set(later) - set(kelurahan_on(date(2013, 8, 18)))} == {
        "Mojo",
        "Banjarsari",
        "Joglo",
    }


def test_each_kecamatan_numbers_its_kelurahan_from_1001_without_a_gap() -> None:
    kecamatan = [place.code for place in PLACES if place.kind == "kecamatan"]
    assert kecamatan == [f"33.72.0{number}" for number in range(1, 6)]
    count = Counter(place.parent for place in PLACES if place.kind == "kelurahan")
    assert [count[code] for code in kecamatan] == [11, 7, 10, 11, 15]
    expected = [f"{code}.{1001 + index}" for code in kecamatan for index in range(count[code])]
    assert [place.code for place in PLACES if place.kind == "kelurahan"] == expected


def test_the_places_of_the_demo_are_where_they_should_be() -> None:
    names = {place.code: place.name for place in PLACES}
    assert (names["33.72.04.1010"], names["33.72.05.1011"]) == ("Jebres", "Manahan")


def test_every_parent_comes_before_its_children() -> None:
    seen: set[str | None] = {None}
    for place in PLACES:
        assert place.parent in seen
        seen.add(place.code)
