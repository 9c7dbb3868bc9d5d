from pathlib import Path

from dev.chaos.journal import Dealt, Journal, Reading, entries


def test_entries_are_read_as_they_are_added_and_a_half_written_one_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    reading = Reading(path)
    assert list(reading.further()) == []
    journal = Journal(path)
    journal.write(Dealt(number=1, card=7))
    assert list(reading.further()) == [Dealt(number=1, card=7)]
    assert list(reading.further()) == []
    with path.open("ab") as file:
        file.write(b'{"type":"Dealt","number":2,')
        file.flush()
        assert list(reading.further()) == []
        file.write(b'"card":8}\n')
    journal.write(Dealt(number=3, card=9))
    assert [entry.number for entry in entries(path, Dealt)] == [1, 2, 3]
    assert list(reading.further()) == [Dealt(number=2, card=8), Dealt(number=3, card=9)]
