from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.city_data.files import shipped
from registry.places.places import Place, in_order, read_places
from registry.readers.lifecycle import Stage
from registry.rollout.forecast import COMPLETE, METHOD, TOO_LITTLE, forecast
from registry.rollout.progress import KindLine, PlaceLine, Stood, kind_lines, place_lines
from registry.rollout.targets import Target, current, read_targets

CITY = shipped("3372")
PLACES = in_order(read_places(CITY["places"]))
TARGETS = list(read_targets(CITY["targets"]).values())
ARTICLE = date(2013, 8, 18)
KELURAHAN = [place for place in PLACES if place.kind == "kelurahan" and place.was(ARTICLE)]
BOUGHT_2012 = [
    Stood(place=place.code, state=Stage.INSTALLED, since=datetime(2012, 12, 31, tzinfo=UTC))
    for place in PLACES
    if place.kind == "kecamatan"
]


def lines(stood: list[Stood], day: date) -> list[PlaceLine]:
    return place_lines(PLACES, stood, TARGETS, day)


def kind(name: str, stood: list[Stood], day: date, firsts: dict[str, date] | None = None) -> KindLine:
    found = kind_lines(lines(stood, day), firsts or {}, TARGETS, day)
    return next(each for each in found if each.kind == name)


def standing(places: list[Place], day: date) -> list[Stood]:
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return [Stood(place=place.code, state=Stage.WORKING, since=since) for place in places]


def test_on_18_august_2013_all_51_kelurahan_are_without_a_reader() -> None:
    found = kind("kelurahan", BOUGHT_2012, ARTICLE)
    assert (found.places, found.equipped, found.missing, found.target) == (51, 0, 51, 51)
    assert (found.due, found.days_late) == (date(2014, 12, 31), 0)


def test_the_readers_of_the_kelurahan_are_due_from_the_citys_budget_of_2014() -> None:
    found = [each for each in lines(BOUGHT_2012, ARTICLE) if each.kind == "kelurahan"]
    assert {(each.state, each.funds, each.funds_year, each.due) for each in found} == {
        ("none", "apbd", 2014, date(2014, 12, 31))
    }
    assert {each.kecamatan_name for each in found} == {
        "Laweyan",
        "Serengan",
        "Pasar Kliwon",
        "Jebres",
        "Banjarsari",
    }


def test_the_five_kecamatan_are_done_with_what_the_centre_bought_in_2012() -> None:
    found = kind("kecamatan", BOUGHT_2012, ARTICLE)
    assert (found.places, found.target, found.equipped, found.missing) == (5, 5, 5, 0)
    assert (found.funds, found.funds_year, found.due) == ("centre", 2012, date(2012, 12, 31))
    assert (found.days_late, found.forecast, found.forecast_method) == (0, None, COMPLETE)


def test_kelurahan_that_were_split_off_later_are_missing_only_then() -> None:
    later = date(2020, 1, 1)
    found = kind("kelurahan", standing(KELURAHAN, date(2014, 6, 1)), later)
    assert (found.places, found.equipped, found.missing, found.short_of_target) == (54, 51, 3, 0)
    kelurahan = [
        each for each in lines(standing(KELURAHAN, date(2014, 6, 1)), later) if each.kind == "kelurahan"
    ]
    assert [each.name for each in kelurahan if not each.equipped] == ["Mojo", "Banjarsari", "Joglo"]


def test_a_target_that_was_missed_is_late_by_the_day() -> None:
    found = kind("kelurahan", standing(KELURAHAN[:20], date(2014, 6, 1)), date(2015, 1, 10))
    assert (found.short_of_target, found.days_late) == (31, 10)
    missing = [each for each in lines([], date(2015, 1, 10)) if each.kind == "kelurahan"]
    assert {each.days_late for each in missing} == {10}


def test_a_target_is_not_known_before_it_was_set() -> None:
    before = kind("kelurahan", [], date(2013, 8, 17))
    assert (before.target, before.funds, before.plan) == (None, None, [])


def target(name: str, places: int, due: date, set_on: date = date(2014, 1, 1)) -> Target:
    return Target(
        target=name,
        kind="kelurahan",
        places=places,
        set_on=set_on,
        due=due,
        funds="apbd",
        funds_year=due.year,
    )


def test_of_several_targets_the_next_that_is_due_counts_and_then_the_last() -> None:
    steps = [target("half", 25, date(2014, 6, 30)), target("all", 51, date(2014, 12, 31))]
    asked = {date(2014, 6, 30): "half", date(2014, 7, 1): "all", date(2016, 1, 1): "all"}
    for day, name in asked.items():
        found = current(steps, "kelurahan", day)
        assert found is not None
        assert found.target == name
    assert current(steps, "kelurahan", date(2013, 12, 31)) is None
    assert current(steps, "desa", date(2014, 6, 1)) is None


@pytest.mark.parametrize(
    ("states", "shown", "equipped"),
    [
        ((Stage.ORDERED,), "ordered", False),
        ((Stage.DELIVERED, Stage.ORDERED), "delivered", False),
        ((Stage.BROKEN,), "broken", False),
        ((Stage.BROKEN, Stage.SILENT), "silent", True),
        ((Stage.INSTALLED, Stage.WORKING), "working", True),
        ((Stage.RETIRED,), "none", False),
        ((), "none", False),
    ],
)
def test_a_place_is_as_its_best_reader(states: tuple[Stage, ...], shown: str, *, equipped: bool) -> None:
    code = KELURAHAN[0].code
    stood = [Stood(place=code, state=each, since=datetime(2014, 1, 1, tzinfo=UTC)) for each in states]
    found = next(each for each in lines(stood, date(2014, 2, 1)) if each.place == code)
    assert (found.state, found.equipped) == (shown, equipped)
    assert (found.funds is None) == equipped


def test_the_curve_counts_places_up_to_all_that_were_equipped() -> None:
    firsts = {place.code: date(2014, 3, 1 + index // 2) for index, place in enumerate(KELURAHAN[:9])}
    found = kind("kelurahan", standing(KELURAHAN[:9], date(2014, 3, 1)), date(2014, 4, 1), firsts)
    assert [(each.day.day, each.places) for each in found.actual] == [(1, 2), (2, 4), (3, 6), (4, 8), (5, 9)]
    assert [(each.day, each.places) for each in found.plan] == [(date(2014, 12, 31), 51)]
    assert found.forecast_method == METHOD


EVEN = [date(2014, 1, 1) + timedelta(days=7 * week) for week in range(10)]


def test_with_one_place_a_week_the_forecast_is_exact() -> None:
    found = forecast(EVEN, missing=10, as_of=EVEN[-1])
    assert found is not None
    assert found.early == found.middle == found.late == EVEN[-1] + timedelta(days=70)


def test_what_went_by_fits_and_starts_is_forecast_with_a_wide_range() -> None:
    gaps = [1, 1, 30, 1, 1, 45, 1, 1, 20, 1]
    days = [date(2014, 1, 1)]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    found = forecast(days, missing=10, as_of=days[-1])
    assert found is not None
    assert found.early < found.middle < found.late
    assert (found.late - found.early).days > 60
    # the mean gap is 10.2 days
    assert abs((found.middle - days[-1]).days - 102) < 25


@pytest.mark.parametrize(("equipped", "missing"), [(EVEN[:7], 10), (EVEN[:4] * 3, 10), (EVEN, 0), ([], 51)])
def test_where_too_little_is_known_nothing_is_forecast(equipped: list[date], missing: int) -> None:
    assert forecast(equipped, missing=missing, as_of=EVEN[-1]) is None


def test_the_report_says_that_too_little_is_known() -> None:
    assert kind("kelurahan", BOUGHT_2012, ARTICLE).forecast_method == TOO_LITTLE


@given(
    st.lists(st.dates(date(2014, 1, 1), date(2014, 12, 31)), min_size=8, max_size=60),
    st.integers(1, 60),
    st.integers(0, 500),
)
def test_a_forecast_is_in_order_never_in_the_past_and_the_same_when_asked_again(
    equipped: list[date], missing: int, waited: int
) -> None:
    as_of = max(equipped) + timedelta(days=waited)
    found = forecast(equipped, missing=missing, as_of=as_of)
    assert (found is None) == (len(set(equipped)) < 5)
    if found is not None:
        assert as_of <= found.early <= found.middle <= found.late
        assert found == forecast(equipped, missing=missing, as_of=as_of)
