"""Real parts that do not come up: which, why, and what to do, in one sentence."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.stack.missing import Missing
from dev.stack.stack import Stack
from tests.support.state_folder import state_folder


@pytest.fixture
def unstarted() -> Iterator[Stack]:
    made = Stack.fresh(folder=state_folder("coming-up"))
    try:
        yield made
    finally:
        made.discard()


def port(stack: Stack, name: str) -> int:
    return int(json.loads((stack.folder / "ports.json").read_text())[name])


@pytest.mark.parametrize(
    ("name", "part", "start"),
    [
        ("postgres", "postgres", lambda stack: stack.postgres.start()),
        ("amqp", "rabbitmq", lambda stack: stack.rabbitmq.start()),
        ("management", "rabbitmq", lambda stack: stack.rabbitmq.start()),
    ],
)
def test_a_part_whose_port_is_taken_says_so(
    unstarted: Stack, *, name: str, part: str, start: Callable[[Stack], None]
) -> None:
    taken = port(unstarted, name)
    with socket.create_server(("127.0.0.1", taken)), pytest.raises(Missing) as missing:
        start(unstarted)
    assert str(missing.value).startswith(
        f"{part} ended at its start: another program listens on port {taken}; end that program"
    )
    assert "\n" not in str(missing.value)


def test_a_broker_whose_port_for_other_nodes_is_taken_says_so(unstarted: Stack) -> None:
    with (
        socket.create_server(("127.0.0.1", port(unstarted, "distribution"))),
        pytest.raises(Missing) as missing,
    ):
        unstarted.rabbitmq.start()
    assert "another program listens on the port at which Erlang's nodes meet;" in str(missing.value)


def test_a_stack_one_of_whose_parts_cannot_come_up_ends_the_others_and_says_why(unstarted: Stack) -> None:
    taken = port(unstarted, "postgres")
    with (
        socket.create_server(("127.0.0.1", taken)),
        pytest.raises(Missing, match=r"^postgres ended at its start"),
    ):
        unstarted.start()
    assert unstarted.children.names() == []


def test_a_virtual_reader_whose_port_is_taken_says_so_though_pcscd_runs(unstarted: Stack) -> None:
    taken = port(unstarted, "reader-0")
    with socket.create_server(("127.0.0.1", taken)), pytest.raises(Missing) as missing:
        unstarted.pcscd.start()
    assert f"another program listens on the virtual reader's port 0x{taken:X};" in str(missing.value)


def test_a_broker_that_refuses_its_cookie_says_so(unstarted: Stack) -> None:
    cookie = unstarted.folder / "rabbitmq" / ".erlang.cookie"
    cookie.parent.mkdir()
    cookie.write_text("A" * 20)
    cookie.chmod(0o644)
    with pytest.raises(Missing) as missing:
        unstarted.rabbitmq.start()
    assert f"its cookie {cookie} may be read by others; set its mode to 0400" in str(missing.value)
    assert "\n" not in str(missing.value)


def test_a_data_folder_of_another_version_is_named(unstarted: Stack) -> None:
    unstarted.postgres.start()
    unstarted.children.stop("postgres")
    (unstarted.folder / "postgres" / "PG_VERSION").write_text("13\n")
    with pytest.raises(Missing, match=r"its data folder was made by PostgreSQL 13, and 1[0-9] is installed"):
        unstarted.postgres.start()


def test_a_cause_of_an_earlier_start_is_not_told_again(unstarted: Stack) -> None:
    with socket.create_server(("127.0.0.1", port(unstarted, "postgres"))), pytest.raises(Missing):
        unstarted.postgres.start()
    assert "already in use" in unstarted.children.said("postgres")
    unstarted.postgres.start()
    assert "already in use" not in unstarted.children.said("postgres")


def test_a_command_that_starts_parts_ends_with_the_sentence_alone() -> None:
    script = (
        "from dev.stack.entry import ended\nfrom dev.stack.missing import Missing\n"
        "def main():\n    raise ExceptionGroup('two', [ExceptionGroup('one', [Missing('It is away.')])])\n"
        "raise SystemExit(ended(main))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert (done.returncode, done.stderr) == (1, "It is away.\n")
