from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.city_data.files import shipped
from registry.rollout.compliance import Holding, Use, by_kind, days_late, line, use
from registry.rollout.duties import KINDS, Duty, bound, read_duties

DUTIES = list(read_duties(shipped("3372")["duties"]).values())
counts = st.integers(0, 3)
days = st.dates(date(2010, 1, 1), date(2030, 12, 31))


def holding(
    *, kind: str = "bumn", owned: int = 0, ordered: int = 0, tapped: int = 0, name: str = "x"
) -> Holding:
    return Holding(
        institution=name,
        name=name,
        kind=kind,
        place=None,
        place_name=None,
        owned=owned,
        ordered=ordered,
        tapped=tapped,
        taps=tapped * 9,
        last_tap=datetime(2014, 1, 1, tzinfo=UTC) if tapped else None,
    )


@pytest.mark.parametrize("kind", ["bumn", "polri", "government"])
def test_bumn_polri_and_government_bodies_must_have_readers_in_2013(kind: str) -> None:
    on_the_day = bound(DUTIES, kind, date(2013, 8, 18))
    assert on_the_day.due == date(2013, 12, 31)
    assert "SE Mendagri 471.13/1826/SJ" in on_the_day.bases


@pytest.mark.parametrize("kind", ["kelurahan", "kecamatan", "bank", "private"])
def test_all_others_down_to_the_kelurahan_in_2014(kind: str) -> None:
    assert bound(DUTIES, kind, date(2013, 8, 18)).due == date(2014, 12, 31)


def test_nobody_is_bound_by_the_circular_before_its_day() -> None:
    assert "SE Mendagri 471.13/1826/SJ" not in bound(DUTIES, "bumn", date(2013, 4, 10)).bases
    assert "SE Mendagri 471.13/1826/SJ" in bound(DUTIES, "bumn", date(2013, 4, 11)).bases


def test_the_presidential_regulations_bind_agencies_banks_and_private_bodies() -> None:
    for kind in ("government", "polri", "bumn", "bank", "private"):
        found = bound(DUTIES, kind, date(2014, 1, 1)).bases
        assert {"Perpres 67/2011", "Perpres 112/2013"} <= set(found)
    assert "Perpres 67/2011" not in bound(DUTIES, "kelurahan", date(2014, 1, 1)).bases


def test_a_duty_that_has_ended_binds_nobody() -> None:
    duty = Duty(
        basis="x",
        reference="X",
        kind="bank",
        binds_from=date(2014, 1, 1),
        binds_until=date(2015, 1, 1),
        due=date(2014, 6, 30),
    )
    assert bound([duty], "bank", date(2014, 12, 31)).due == date(2014, 6, 30)
    assert bound([duty], "bank", date(2015, 1, 1)).due is None
    assert bound([duty], "polri", date(2014, 12, 31)).bases == ()


@pytest.mark.parametrize(
    ("owned", "ordered", "tapped", "expected"),
    [(1, 0, 1, Use.IN_USE), (1, 1, 0, Use.UNUSED), (0, 1, 0, Use.ON_ORDER), (0, 0, 0, Use.NONE)],
)
def test_owning_a_reader_is_not_using_it(owned: int, ordered: int, tapped: int, expected: Use) -> None:
    assert use(holding(owned=owned, ordered=ordered, tapped=tapped)) is expected


def test_a_bumn_without_a_reader_is_a_day_late_on_new_years_day_and_a_kelurahan_a_year_later() -> None:
    assert line(holding(), DUTIES, date(2013, 12, 31)).days_late == 0
    assert line(holding(), DUTIES, date(2014, 1, 1)).days_late == 1
    assert line(holding(kind="kelurahan"), DUTIES, date(2014, 12, 31)).days_late == 0
    assert line(holding(kind="kelurahan"), DUTIES, date(2015, 1, 1)).days_late == 1
    assert line(holding(owned=1), DUTIES, date(2014, 1, 10)).days_late == 10
    assert line(holding(owned=1, tapped=1), DUTIES, date(2014, 1, 10)).days_late == 0


@given(counts, counts, counts, counts)
def test_another_reader_or_tap_never_makes_it_worse(owned: int, ordered: int, tapped: int, more: int) -> None:
    order = list(Use)
    had = order.index(use(holding(owned=owned, ordered=ordered, tapped=tapped)))
    for better in (
        holding(owned=owned + more, ordered=ordered, tapped=tapped),
        holding(owned=owned, ordered=ordered + more, tapped=tapped),
        holding(owned=owned, ordered=ordered, tapped=tapped + more),
    ):
        assert order.index(use(better)) <= had


@given(st.sampled_from(list(Use)), days, days, st.integers(0, 400))
def test_whoever_is_late_is_a_day_later_the_next_day(state: Use, due: date, day: date, on: int) -> None:
    late, later = days_late(state, due, day), days_late(state, due, day + timedelta(days=on))
    assert 0 <= late <= later <= late + on
    assert (late > 0) == (state is not Use.IN_USE and day > due)


@given(
    st.lists(st.tuples(st.sampled_from([*KINDS, "club"]), counts, counts, st.integers(0, 1)), max_size=12),
    days,
)
def test_the_kinds_add_up_to_the_institutions(
    given_holdings: list[tuple[str, int, int, int]], day: date
) -> None:
    lines = [
        line(holding(kind=kind, owned=owned, ordered=ordered, tapped=tapped), DUTIES, day)
        for kind, owned, ordered, tapped in given_holdings
    ]
    kinds = by_kind(lines, DUTIES, day)
    assert set(KINDS) <= {each.kind for each in kinds}
    assert sum(each.institutions for each in kinds) == len(lines)
    for each in kinds:
        assert each.institutions == each.in_use + each.unused + each.on_order + each.none
        assert each.late == sum(one.days_late > 0 for one in lines if one.kind == each.kind)
    assert all(each.late == 0 for each in kinds if each.kind == "club")
