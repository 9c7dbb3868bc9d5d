"""How long somebody waits who gave a wrong password too often."""

from datetime import datetime, timedelta

FREE_TRIES = 5
_LONGEST = timedelta(hours=1)


def locked_until(tries: int, *, now: datetime) -> datetime | None:
    """Until when the next try is refused after so many: a minute, then twice as long each time."""
    over = tries - FREE_TRIES
    if over < 0:
        return None
    return now + min(timedelta(minutes=2 ** min(over, 10)), _LONGEST)
