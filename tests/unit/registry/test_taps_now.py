from datetime import UTC, datetime, timedelta

from registry.taps.live_taps import taps_now

NOW = datetime(2026, 11, 25, 10, 30, 42, tzinfo=UTC)
RUNNING = NOW.replace(second=0)


def test_every_minute_of_the_hour_is_there_and_the_last_one_is_running() -> None:
    counted = {RUNNING: 2, RUNNING - timedelta(minutes=59): 5, RUNNING - timedelta(minutes=60): 9}
    minutes = taps_now(NOW, counted, []).minutes
    assert len(minutes) == 60
    assert (minutes[0].taps, minutes[-1].taps, sum(each.taps for each in minutes)) == (5, 2, 7)
    assert minutes[-1].minute == RUNNING


def test_outcomes_are_in_words_the_most_frequent_first() -> None:
    endings = [("refused", "card.status", "blocked", 2), ("verified", "", "", 9), ("newer", "", "", 1)]
    found = taps_now(NOW, {}, endings).outcomes
    assert [(each.says["id"], each.taps) for each in found] == [
        ("TERVERIFIKASI", 9),
        ("Kartu diblokir.", 2),
        ("newer", 1),
    ]
