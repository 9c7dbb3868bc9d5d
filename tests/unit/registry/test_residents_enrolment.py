from datetime import date

import pytest

from registry.places import places
from registry.residents.enrolment import enrolment, standing
from registry.residents.reported_figures import Reported, as_of, read

SAID = read("3372")
PLACES = places.read(places.file_of("3372"))


def figures(day: date) -> dict[str, Reported]:
    return {each.measure: each for each in as_of(SAID, day)}


@pytest.mark.parametrize(
    ("day", "measure", "people", "about"),
    [
        (date(2013, 8, 18), "recorded", 365_736, False),
        (date(2013, 8, 18), "target", 350_000, False),
        (date(2013, 7, 31), "not_recorded", 50_000, True),
        (date(2013, 7, 31), "fewer_since_2012", 44_000, True),
        (date(2012, 12, 31), "not_recorded", 94_000, True),
        (date(2013, 8, 18), "obliged", 415_736, True),
    ],
)
def test_the_figures_of_the_article_come_back(day: date, measure: str, people: int, about: bool) -> None:  # noqa: FBT001  pytest passes it
    found = figures(day)[measure]
    assert (found.people, found.about) == (people, about)


def test_what_is_derived_says_from_what_and_what_was_said_does_not() -> None:
    assert figures(date(2012, 12, 31))["not_recorded"].derived_from == (
        "not_recorded@2013-07-31", "fewer_since_2012@2013-07-31",
    )  # fmt: skip
    assert figures(date(2013, 8, 18))["obliged"].derived_from == (
        "recorded@2013-08-18", "not_recorded@2013-07-31",
    )  # fmt: skip
    assert figures(date(2013, 8, 18))["not_recorded"].derived_from == ()
    assert all(each.source for each in SAID)


def test_nothing_is_known_of_a_day_before_it_and_no_target_outside_its_year() -> None:
    assert figures(date(2012, 12, 30)).keys() == set()
    assert "recorded" not in figures(date(2013, 8, 17))
    assert "target" not in figures(date(2014, 1, 1))


def test_another_city_has_no_figures() -> None:
    assert read("0000") == ()


def test_who_is_released_is_no_more_obliged_whether_recorded_or_not() -> None:
    reached = {"obliged": 10, "released": 3, "released-recorded": 2, "recorded": 6, "sent": 4}
    line = standing("x", "X", reached)
    assert (line.obliged, line.not_recorded) == (7, 3)
    assert (line.waiting["recorded"], line.waiting["sent"]) == (2, 4)


def test_every_kelurahan_of_the_day_has_a_line_and_others_live_elsewhere() -> None:
    reached = {"33.72.04.1010": {"obliged": 2, "recorded": 1}, "33.74.01.1001": {"obliged": 1}}
    then = enrolment(date(2013, 8, 18), reached, places=PLACES, reported=())
    now = enrolment(date(2020, 1, 1), {}, places=PLACES, reported=())
    assert (len(then.places), len(now.places)) == (51 + 1, 54)
    assert (then.city.obliged, then.city.not_recorded) == (2, 1)
    assert (then.places[-1].place, then.places[-1].obliged) == ("elsewhere", 1)
