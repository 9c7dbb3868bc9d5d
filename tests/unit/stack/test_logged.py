from pathlib import Path

from dev.stack.logged import logged


def test_a_log_is_read_while_its_last_line_is_being_written(tmp_path: Path) -> None:
    file = tmp_path / "gateway.log"
    file.write_text('{"event": "tap begins"}\n{"event": "tap en')
    assert logged(file) == [{"event": "tap begins"}]
    with file.open("a") as log:
        log.write('ds"}\n')
    assert logged(file) == [{"event": "tap begins"}, {"event": "tap ends"}]


def test_what_was_cut_off_by_a_kill_and_what_is_no_json_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "gateway.log"
    file.write_text('{"event": "tap be{"event": "started"}\nTraceback\n{"event": "tap begins"}\n')
    assert logged(file) == [{"event": "tap begins"}]
