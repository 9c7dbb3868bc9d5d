"""One private stack for the whole run, in a folder of its own, and a watch for calls that block the loop."""

from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx

from dev.stack.stack import Stack
from tests.integration.card_daemon import Daemon, running_daemon
from tests.support.state_folder import state_folder

FOLDER = state_folder("test")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Broker, databases and pcscd, started once and removed at the end."""
    made = Stack.fresh(folder=FOLDER)
    try:
        made.start()
        yield made
    finally:
        made.discard()


@pytest.fixture(scope="session")
def stack_env(stack: Stack) -> dict[str, str]:
    """What `stack.env` says."""
    return stack.environment()


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A pcscd with one reader, for the tests of one module."""
    with running_daemon() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_blocking_calls() -> Iterator[None]:
    """A call that blocks the event loop fails the test, where our own code makes it."""
    with blockbuster_ctx(["chassis", "reader_gateway", "registry", "verification"]) as blocking:
        for function in blocking.functions.values():
            # it looks for certificates in the home folder
            function.can_block_in("asyncpg/connect_utils.py", {"_parse_connect_dsn_and_args"})
            # migrations are a job of their own, before anything serves
            function.can_block_in("alembic/command.py", {"upgrade", "downgrade"})
            # before anything is served, and when nothing is any more
            function.can_block_in("reader_gateway/counter/routes.py", {"add_counter"})
            function.can_block_in("reader_gateway/bus/spool.py", {"close"})
        yield
