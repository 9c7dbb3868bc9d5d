"""The course of a reading: what was found so far, for whoever has to end it before its time."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ketuk_events.evidence import FileReading
from reader_gateway.ktp.file_reader import Damaged, Missing
from reader_gateway.ktp.plain_files import PHOTO
from reader_gateway.ktp.protected_files import BIODATA
from reader_gateway.ktp.protocol import Dialogue, ToCard, ToSam
from reader_gateway.ktp.reading import LEFT, NO_ANSWER, PASSED, Reading, not_done


class Course:
    """Written by the thread that reads; `reading` may be looked at from any."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.reading = LEFT
        self._file: str | None = None
        self._asked: ToCard | ToSam | None = None
        self._owed_since: float | None = clock()

    def found(self, **what: Any) -> None:  # noqa: ANN401  the fields of a Reading
        """Something more was found."""
        self.reading = replace(self.reading, **what)

    def asks(self, step: ToCard | ToSam | None) -> None:
        """A command is about to be sent; None: it was answered."""
        self._asked, self._owed_since = step, None if step is None else self._clock()

    def silent_for(self) -> float:
        """Seconds for which a chip has owed an answer, to a command or to being connected."""
        owed_since = self._owed_since
        return 0.0 if owed_since is None else self._clock() - owed_since

    def file(self, file: int, reading: Dialogue[bytes]) -> Dialogue[bytes | None]:
        """The content of one file; None where it is damaged or missing, which is noted."""
        self._file = f"{file:04X}"
        content = None
        try:
            content = yield from reading
        except Damaged:
            self._note("damaged")
        except Missing:
            self._note("missing")
        else:
            self._note("read")
        self._file = None
        return content

    def cut_short(self, state: str) -> None:
        """The reading of a KTP-el ended in the current file, or before the next."""
        if self._file is None:
            self._file = f"{PHOTO if self.reading.photo is None else BIODATA:04X}"
        self._note(state)

    @property
    def waits_for_sam(self) -> bool:
        """Whether it is a SAM that owes the answer."""
        return isinstance(self._asked, ToSam)

    def given_up(self) -> Reading:
        """What to say of a reading that hangs in a command from which its driver does not return."""
        if self.reading.answer != "ktp-el":
            return NO_ANSWER
        if self.waits_for_sam:
            if self.reading.authentication == PASSED:
                return self.reading
            return replace(self.reading, authentication=not_done("sam-silent"))
        self.cut_short("slow")
        return self.reading

    def _note(self, state: str) -> None:
        kept = tuple(each for each in self.reading.files if each.file != self._file)
        self.found(files=(*kept, FileReading(file=self._file or "", state=state)))
