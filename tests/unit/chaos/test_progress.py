from dev.chaos.progress import Progress


def test_progress_tells_the_longest_time_in_which_nothing_arrived() -> None:
    now, received = 100.0, 0
    progress = Progress(received=lambda: received, clock=lambda: now)
    for now, received in ((101.0, 1), (104.0, 1), (106.0, 2), (107.0, 3)):  # noqa: B007  the lambdas look at them
        progress.look()
    assert progress.longest_standstill == 5.0
    now = 113.0
    progress.look()
    assert progress.longest_standstill == 6.0
