"""What is supported, and what is refused in one line."""

import asyncio

import pytest

from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.process import live
from chassis.runtime.versions import BROKER, DATABASE, PYTHON, Supported


@pytest.mark.parametrize(
    ("supported", "versions"),
    [
        (BROKER, ("3.10.0", "3.10.8", "3.13.7", "4.0.5", "4.3.7")),
        (DATABASE, ("15.0", "15.14", "16.1", "17.6")),
        (PYTHON, ("3.11.2", "3.12.0", "3.13.5")),
    ],
)
def test_supported_versions_are_accepted(supported: Supported, versions: tuple[str, ...]) -> None:
    for version in versions:
        supported.check(version)


@pytest.mark.parametrize(
    ("supported", "versions"),
    [
        (BROKER, ("3.9.29", "5.0.0", "2.8", "unknown", "", "310.1", "x4.0")),
        (DATABASE, ("14.9", "18.0", "9.6")),
        (PYTHON, ("3.10.12", "3.14.0", "2.7.18", "4.0")),
    ],
)
def test_other_versions_are_refused(supported: Supported, versions: tuple[str, ...]) -> None:
    for version in versions:
        with pytest.raises(Unfit, match=f"{supported.name} {version} is not supported"):
            supported.check(version)


def test_supported_is_written_as_a_range() -> None:
    assert [str(each) for each in (BROKER, DATABASE, PYTHON)] == ["3.10 to 4.x", "15 to 17.x", "3.11 to 3.13"]


def test_live_refuses_another_python_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def serve(_: asyncio.Event) -> None:
        pytest.fail("it must not start")

    with pytest.raises(SystemExit, match="2"):
        live(serve, python="3.10.12")
    assert capsys.readouterr().err == "Python 3.10.12 is not supported: Ketuk works with 3.11 to 3.13\n"
