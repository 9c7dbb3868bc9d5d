from datetime import UTC, datetime, timedelta

import pytest

from reader_gateway.desk.tap_session import PROOF_HOLDS, still_holds

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.mark.parametrize("age", [timedelta(0), PROOF_HOLDS])
def test_a_proof_of_the_last_minutes_holds(age: timedelta) -> None:
    assert still_holds(NOW - age, now=NOW)


@pytest.mark.parametrize(
    "age", [timedelta(seconds=-1), timedelta(days=-365), PROOF_HOLDS + timedelta(seconds=1)]
)
def test_a_proof_that_is_old_or_in_the_future_does_not_hold(age: timedelta) -> None:
    assert not still_holds(NOW - age, now=NOW)
