from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kit.errors import NotPossible
from registry.readers.lifecycle import COUNTED, OWNED, STANDING, Life, Stage, Told, came, stage
from registry.readers.tracking import changes

NOW = datetime(2014, 3, 1, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def life(state: Stage = Stage.WORKING) -> Life:
    return Life(
        number="apbd-2014-1",
        lot="apbd-2014",
        institution="kelurahan-jebres",
        place="33.72.04.1010",
        gateway="kelurahan-jebres",
        reader="loket-1",
        state=state,
        since=NOW,
    )


def told(*, approved: bool = True, present: bool = True, place: str = "33.72.04.1010") -> Told:
    return Told(
        gateway="kelurahan-jebres",
        reader="loket-1",
        institution="kelurahan-jebres",
        place=place,
        approved=approved,
        present=present,
        heard=NOW,
    )


def test_a_reader_is_ordered_delivered_installed_approved_works_falls_silent_breaks_and_ends() -> None:
    reader = life(Stage.ORDERED)
    reader = reader.after(Stage.DELIVERED, NOW).after(Stage.INSTALLED, NOW)
    states = [reader.state]
    for approved, present in [(True, False), (True, True), (True, False), (True, True)]:
        reader = reader.told(told(approved=approved, present=present), LATER)
        states.append(reader.state)
    assert states == ["installed", "approved", "working", "silent", "working"]
    ended = reader.after(Stage.BROKEN, LATER).after(Stage.RETIRED, LATER)
    assert (ended.state, ended.version) == (Stage.RETIRED, 9)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (Stage.ORDERED, Stage.INSTALLED),
        (Stage.DELIVERED, Stage.ORDERED),
        (Stage.BROKEN, Stage.DELIVERED),
        *((Stage.RETIRED, step) for step in Stage),
        *((state, step) for state in Stage for step in (Stage.APPROVED, Stage.WORKING, Stage.SILENT)),
    ],
)
def test_a_step_that_life_does_not_have_is_refused(state: Stage, step: Stage) -> None:
    with pytest.raises(NotPossible):
        life(state).after(step, LATER)


def test_life_does_not_go_backward_in_time() -> None:
    with pytest.raises(NotPossible, match="only goes forward"):
        life().after(Stage.BROKEN, NOW - timedelta(seconds=1))


def test_a_reader_stands_where_its_gateway_does() -> None:
    moved = life().told(told(place="33.72.05.1011"), LATER)
    assert (moved.place, moved.state, moved.since, moved.version) == (
        "33.72.05.1011",
        Stage.WORKING,
        LATER,
        2,
    )


def test_a_suspended_gateways_reader_is_only_installed() -> None:
    assert life().told(told(approved=False), LATER).state is Stage.INSTALLED


@given(st.sampled_from(list(Stage)), st.tuples(st.booleans(), st.booleans()))
def test_gateways_change_only_readers_that_stand_and_the_same_word_is_news_once(
    state: Stage, known: tuple[bool, bool]
) -> None:
    approved, present = known
    after = stage(state, approved=approved, present=present)
    assert stage(after, approved=approved, present=present) is after
    if state not in STANDING:
        elsewhere = told(approved=approved, present=present, place="33.72.05.1011")
        assert after is state
        assert life(state).told(elsewhere, LATER) == life(state)
    else:
        assert after in STANDING
        assert (after in COUNTED) == approved
        assert (after is Stage.WORKING) == (approved and present)


@given(st.lists(st.tuples(st.sampled_from(list(Stage)), st.booleans(), st.booleans()), max_size=30))
def test_whatever_happens_versions_count_up_by_one_and_time_never_goes_back(
    happens: list[tuple[Stage, bool, bool]],
) -> None:
    reader, moment = life(Stage.ORDERED), NOW
    for step, approved, present in happens:
        moment += timedelta(seconds=1)
        before = reader
        if approved or present:
            reader = reader.told(told(approved=approved, present=present), moment)
        else:
            try:
                reader = reader.after(step, moment)
            except NotPossible:
                continue
        assert (reader == before) or (reader.version == before.version + 1 and reader.since == moment)
        assert before.state is not Stage.RETIRED or reader == before


def test_a_reader_that_nobody_ordered_begins_with_what_its_gateway_tells() -> None:
    assert came(told(), NOW).state is Stage.WORKING
    assert came(told(present=False), NOW).state is Stage.APPROVED
    assert came(told(approved=False), NOW).state is Stage.INSTALLED
    assert (came(told(), NOW).number, came(told(), NOW).lot) == ("kelurahan-jebres.loket-1", None)


def test_only_what_is_news_is_a_change() -> None:
    found = changes([(told(), life()), (told(present=False), life()), (told(), None)], LATER)
    assert [new.state for _, new in found] == [Stage.SILENT, Stage.WORKING]
    assert {Stage.ORDERED, Stage.RETIRED}.isdisjoint(OWNED)
