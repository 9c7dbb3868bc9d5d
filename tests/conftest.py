"""For every folder of tests: long runs have a short form, and `--long` asks for the full one."""

import pytest


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
