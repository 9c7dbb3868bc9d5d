import pytest

from bench.verification.page import MEASURED, PAGE, page
from bench.verification.results import BARE, CALLBACKS, FASTSTREAM, HOSTILE, OURS, Results
from dev import measured

RESULTS = measured.read(MEASURED, Results)


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text() == page(RESULTS)


@pytest.mark.parametrize("release", ["Debian 12", "Debian 13"])
def test_it_was_measured_as_it_should_be(release: str) -> None:
    results = RESULTS[release]
    assert results.letters >= 20_000
    assert results.least_bytes >= 4_096
    assert results.rounds.keys() == {BARE, FASTSTREAM, CALLBACKS, HOSTILE, *OURS}
    assert all(len(races) >= 3 for races in results.rounds.values())
    assert results.memory[-1].letters >= 200_000
