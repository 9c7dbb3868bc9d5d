"""What a reading found, as a value."""

from dataclasses import dataclass, field

from ketuk_events.evidence import FileReading, Finding
from ketuk_events.outcomes import TERMINAL_SAYS
from reader_gateway.ktp.plain_files import PHOTO

NOT_ASKED = Finding(result="not-done", code="not-asked")
NOT_REACHED = Finding(result="not-done", code="not-reached")
PASSED = Finding(result="passed", code="ok")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was found; never an exception, whatever the card and the SAM did."""

    answer: str = "removed"
    files: tuple[FileReading, ...] = ()
    authentication: Finding = NOT_REACHED
    signature: Finding = NOT_REACHED
    holder: Finding = NOT_ASKED
    tries: int = 0
    """Fingers that did not match."""
    uid: bytes | None = field(default=None, repr=False)
    biodata: bytes | None = field(default=None, repr=False)
    signature_file: bytes | None = field(default=None, repr=False)
    photo: bytes | None = field(default=None, repr=False)
    handwriting: bytes | None = field(default=None, repr=False)
    fingers: tuple[bytes, ...] = field(default=(), repr=False)
    """Minutiae records, ISO/IEC 19794-2, for the matcher at this counter alone; a terminal that compares
    inside itself gives its names for them instead.
    """

    @property
    def proves_the_reader(self) -> bool:
        """Whether a KTP-el was read, so that silence of another card is not the reader's fault."""
        if self.authentication == Finding(result="passed", code=TERMINAL_SAYS):
            return True
        return self.answer == "ktp-el" and FileReading(file=f"{PHOTO:04X}", state="read") in self.files

    @property
    def was_cut_short(self) -> bool:
        """Whether card, reader or time went before the reading told anything of the chip's health."""
        ends = {self.answer, *(file.state for file in self.files)}
        return not ends.isdisjoint({"removed", "reader-gone", "in-use", "slow"})


NO_ANSWER = Reading(answer="none")
LEFT = Reading(answer="removed")
READER_GONE = Reading(answer="reader-gone")
IN_USE = Reading(answer="in-use")
"""Another programme has the reader."""


def not_done(code: str) -> Finding:
    """A question that could not be put to the SAM, and why."""
    return Finding(result="not-done", code=code)
