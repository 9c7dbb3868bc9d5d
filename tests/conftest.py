"""Which tests run one after the other in one process where several processes share a run (`pytest -n`)."""

from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SHARED = {
    "system": "city",
    "system/at_rest": "city",
    "system/outcomes": "house",
}
"""Folders whose files share something that is dear to start: a run of the demo, a city with its services."""
ALONE = ("test_alerts.py", "test_cluster.py", "test_traces.py", "test_under_fire.py")
"""Files of these folders that start a stack of their own."""


@pytest.hookimpl(tryfirst=True)  # before the runner reads the groups
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep the tests of a file together, and those of files that share a stack."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group(item.path)))


def _group(file: Path) -> str:
    shared = SHARED.get(str(file.parent.relative_to(TESTS)))
    if shared is None or file.name in ALONE:
        return str(file.relative_to(TESTS))
    return shared
