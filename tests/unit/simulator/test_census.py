import re

from simulator import census

SHORT = 40_000
ROWS = list(census.rows(2_000, seed=5, places=["33.72.04.1010"]))


def test_every_nik_of_a_city_is_another(*, is_long: bool) -> None:
    residents = census.RESIDENTS if is_long else SHORT
    niks = {row[0] for row in census.rows(residents, seed=2013, places=["33.72.04.1010"])}
    assert len(niks) == residents
    assert all(re.fullmatch(r"337299\d{10}", nik) and nik[-4:] != "0000" for nik in niks)


def test_a_nik_tells_birth_and_sex() -> None:
    for nik, _, born, sex, *_ in ROWS:
        day = int(nik[6:8]) - (40 if sex == "P" else 0)
        assert f"{day:02}{nik[8:12]}" == born[8:] + born[5:7] + born[2:4]


def test_a_seed_always_makes_the_same_city_with_as_many_recorded() -> None:
    assert list(census.rows(2_000, seed=5, places=["33.72.04.1010"])) == ROWS
    recorded = [row for row in ROWS if row[7]]
    assert len(recorded) == 2_000 * census.RECORDED // census.RESIDENTS


def test_steps_follow_each_other() -> None:
    for row in ROWS:
        taken = [day for day in row[7:] if day]
        assert taken == sorted(taken) == row[7 : 7 + len(taken)]
