import msgspec

from bench.verification.page import MEASURED, PAGE, page
from bench.verification.results import BARE, CALLBACKS, FASTSTREAM, HOSTILE, OURS, Results

RESULTS = msgspec.json.decode(MEASURED.read_bytes(), type=Results)


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text() == page(RESULTS)


def test_it_was_measured_as_it_should_be() -> None:
    assert RESULTS.letters >= 20_000
    assert RESULTS.least_bytes >= 4_096
    assert RESULTS.rounds.keys() == {BARE, FASTSTREAM, CALLBACKS, HOSTILE, *OURS}
    assert all(len(races) >= 3 for races in RESULTS.rounds.values())
    assert RESULTS.memory[-1].letters >= 200_000
