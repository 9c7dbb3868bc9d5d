"""How long somebody waits who gave a wrong password too often."""

from datetime import datetime, timedelta

FREE_TRIES = 5
"""Of a name from one address."""
FREE_TRIES_OF_A_NAME = 50
"""From all addresses together; where its person has signed in before does not count for this."""
_LONGEST = timedelta(hours=1)


def locked_until(tries: int, *, free: int = FREE_TRIES, now: datetime) -> datetime | None:
    """Until when the next try is refused after so many: a minute, then twice as long each time."""
    over = tries - free
    if over < 0:
        return None
    return now + min(timedelta(minutes=2 ** min(over, 10)), _LONGEST)
