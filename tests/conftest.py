"""For every folder of tests: the long form of long runs, and what stays in one process under `pytest -n`."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from dev.stack.missing import Missing

SHORT_EXAMPLES, LONG_EXAMPLES = 50, 500
"""Of each property that Hypothesis tries, where it says nothing else."""

# aiohttp reads the machine's authorities at import: a tenth of a second a process, and no test asks one
os.environ["SSL_CERT_FILE"] = os.devnull
# an Erlang with nothing to do looks for work for a while, on processors that others wait for
os.environ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none"

SHARED = {
    "tests/system": "city",
    "tests/system/at_rest": "city",
    "tests/system/outcomes": "house",
}
"""Folders whose files share something that is dear to start: a run of the demo, a city with its services."""
OWN_STACK = ("test_cluster.py", "test_under_fire.py")
"""Files of these folders that share nothing."""


class ByStack(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Keeps the tests of a file together, and those of files that share a stack."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        shared = SHARED.get(str(file.parent))
        return str(file) if shared is None or file.name in OWN_STACK else shared


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Group by stack where `--dist loadscope` is asked for."""
    return ByStack(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_configure(config: pytest.Config) -> None:
    """Let properties be tried as often as the form of the run wants it."""
    examples = LONG_EXAMPLES if config.getoption("--long") else SHORT_EXAMPLES
    # nearly all collections find nothing, in a tenth of the unit tests' time; see `_collected`
    gc.set_threshold(100_000, 50, 1000)
    # how long an example takes says how busy the machine is
    settings.register_profile(
        "untimed", deadline=None, max_examples=examples, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """Where a part of a stack does not come up, its sentence says all: nothing of the frames around it."""
    try:
        return (yield)
    except Missing as what:
        pytest.fail(str(what), pytrace=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="long statistical runs in their full form (`make test-long`)",
    )


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether long runs are wanted in their full form."""
    return bool(request.config.getoption("--long"))


def pytest_collection_finish() -> None:
    """What was imported is no garbage, and need not be gone through after every module."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _collected() -> Iterator[None]:
    """What the tests of a module left open is found where it was left."""
    yield
    gc.collect()
