import time

import pytest

from reader_gateway.ktp.protocol import SamAway, SamSilent
from reader_gateway.pcsc.sam_pool import SILENT_SECONDS, Sams

NOW = 1_000.0


@pytest.fixture
def sams() -> Sams:
    return Sams(wait_seconds=0.01, clock=lambda: NOW)


def test_a_sam_that_did_not_answer_its_reset_is_silent_and_not_away(sams: Sams) -> None:
    sams.entered("a 01", counter=1, silent=True)
    with pytest.raises(SamSilent), sams.lease("a *"):
        pass
    assert not sams.stands_in("a *")
    sams.left("a 01")
    with pytest.raises(SamAway) as raised, sams.lease("a *"):
        pass
    assert raised.type is SamAway


def test_one_that_answers_is_leased_rather_than_a_silent_one(sams: Sams) -> None:
    sams.entered("a 01", counter=1, silent=True)
    sams.entered("b 01", counter=1)
    with sams.lease("? 01") as sam:
        assert sam.slot == "b 01"


def test_one_whose_answer_is_long_overdue_is_silent_to_all_readers_that_share_it(sams: Sams) -> None:
    sams.entered("a 01", counter=1)
    with sams.lease("a *") as sam:
        sam.asked_at = NOW - SILENT_SECONDS - 0.1
        with pytest.raises(SamSilent), sams.lease("a *"):
            pass


def test_nobody_waits_for_an_answer_any_more_once_it_came(sams: Sams) -> None:
    sams.entered("a 01", counter=1)
    with sams.lease("a *") as sam:
        with sam.asked():
            assert sam.is_silent(time.monotonic() + 2 * SILENT_SECONDS)
        assert not sam.is_silent(time.monotonic() + 2 * SILENT_SECONDS)
