"""Why a dependency is away, in words."""

import pytest

from chassis.runtime.failure_reasons import Unfit, words


@pytest.mark.timeout(5)
def test_causes_that_go_in_a_circle_come_to_an_end() -> None:
    first, second = ConnectionError("the channel was closed"), RuntimeError("closed by the other")
    first.__cause__, second.__context__ = second, first

    assert words(first) == "ConnectionError"


def test_a_cause_in_a_circle_that_says_what_to_do_is_found() -> None:
    first, second = ConnectionError("the channel was closed"), Unfit("start the broker")
    first.__cause__, second.__context__ = second, first

    assert words(first) == "start the broker"
