import sys
from subprocess import run

from typer.testing import CliRunner

from operations.main import ketuk
from operations.on_demand import GROUPS


def test_every_group_is_named_with_what_it_is_for() -> None:
    said = CliRunner().invoke(ketuk, ["--help"]).stdout
    assert all(name in said and what in said for name, what in GROUPS.items())


def test_every_group_has_commands() -> None:
    for name in GROUPS:
        done = CliRunner().invoke(ketuk, [name, "--help"])
        assert (done.exit_code, "Commands" in done.stdout) == (0, True)


def test_a_group_that_is_written_almost_right_is_suggested() -> None:
    done = CliRunner().invoke(ketuk, ["resident"])
    assert done.exit_code == 2
    assert "Did you mean 'residents'?" in done.output


def test_an_import_of_residents_is_not_held_up_by_what_other_commands_need() -> None:
    others = ("aio_pika", "asyncpg", "cryptography", "opentelemetry")
    imported = f"from operations import main, residents; print([m for m in {others} if m in sys.modules])"
    done = run([sys.executable, "-c", f"import sys; {imported}"], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
