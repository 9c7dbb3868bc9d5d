"""The story of a day, step by step, so that a person can follow how it came to a failure."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.integration.counter_model.counter import Counter

_LOG_LINES = 40


class Story:
    """What was done; a failing step carries all of it, with what the bus heard and the gateway logged."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._began = time.monotonic()
        self._told: list[str] = []
        self.has_failed = False

    @contextmanager
    def step(self, what: str, *, shown: bool = True) -> Iterator[None]:
        """One step; `shown`: it ends when the page shows what came of it."""
        self._told.append(f"{time.monotonic() - self._began:6.2f} s  {what}")
        try:
            yield
            if shown:
                self._counter.until_shown()
            assert not self._counter.page.wrong, "; ".join(self._counter.page.wrong)
        except Exception as failure:
            self.has_failed = True
            failure.add_note("\n".join(self._whole()))
            raise

    def _whole(self) -> Iterator[str]:
        yield "What was done:"
        yield from self._told
        yield "What the bus heard:"
        yield from (f"{each.name} {each.reader} {each.tap or each.count}" for each in self._counter.bus.heard)
        yield "What the gateway logged:"
        for line in self._counter.gateway.log()[-_LOG_LINES:]:
            yield " ".join(f"{key}={line[key]}" for key in line if key not in {"level", "service"})
