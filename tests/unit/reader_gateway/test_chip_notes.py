import pytest

from ketuk_events.evidence import CAUSES, ChipNote
from reader_gateway.tap.chip_notes import ChipNotes


@pytest.mark.parametrize("cause", CAUSES)
def test_a_note_holds_for_one_check(cause: str) -> None:
    notes = ChipNotes()
    notes.note(cause=cause, second=False)
    assert notes.take() == ChipNote(cause=cause)
    assert notes.take() == ChipNote(cause="unknown")


def test_an_unknown_cause_is_refused_and_what_was_noted_stays() -> None:
    notes = ChipNotes()
    notes.note(cause="heat", second=False)
    with pytest.raises(ValueError, match="bitten"):
        notes.note(cause="bitten", second=True)
    assert notes.take() == ChipNote(cause="heat")


def test_a_second_check_names_the_first_and_a_third_does_not() -> None:
    notes = ChipNotes()
    notes.take()
    notes.checked("tap-1")
    notes.note(cause="photocopied", second=True)
    assert notes.take() == ChipNote(cause="photocopied", before="tap-1")
    notes.checked("tap-2")
    assert notes.take().before is None


def test_a_second_check_without_a_first_names_none() -> None:
    notes = ChipNotes()
    notes.note(cause="photocopied", second=True)
    assert not notes.has_first
    assert notes.take() == ChipNote(cause="photocopied")


def test_a_check_that_told_nothing_leaves_its_note_and_the_first_for_the_next() -> None:
    notes = ChipNotes()
    notes.checked("tap-1")
    notes.note(cause="photocopied", second=True)
    notes.give_back(undone := notes.take())
    assert notes.take() == undone == ChipNote(cause="photocopied", before="tap-1")


def test_what_the_officer_noted_since_is_not_overwritten_by_a_note_that_comes_back() -> None:
    notes = ChipNotes()
    notes.note(cause="photocopied", second=False)
    undone = notes.take()
    notes.note(cause="heat", second=False)
    notes.give_back(undone)
    assert notes.take() == ChipNote(cause="heat")
