"""What was measured, as it lies in bench/registry.json."""

from statistics import median

from msgspec import Struct


class Round(Struct, frozen=True, kw_only=True):
    """One bare COPY and one import of the same file, one after the other."""

    bare_seconds: float
    import_seconds: float
    """Of the whole command, from its start as a process to its end."""
    command_bytes: int
    """The most memory that the command had (resident)."""

    @property
    def ratio(self) -> float:
        """The speed of the import to that of the bare COPY."""
        return self.bare_seconds / self.import_seconds


class Race(Struct, frozen=True, kw_only=True):
    """From verdicts that wait to what agencies were told."""

    messages: int
    """From a twentieth on, in which processes start."""
    seconds: float

    @property
    def per_second(self) -> float:
        """Messages in a second."""
        return self.messages / self.seconds


class Report(Struct, frozen=True, kw_only=True):
    """A report, asked over HTTP again and again, of another day each time."""

    name: str
    asked: int
    p50_milliseconds: float
    p99_milliseconds: float
    select_p50_milliseconds: float
    """The SELECTs alone that read the same rows."""
    select_p99_milliseconds: float


class Effect(Struct, frozen=True, kw_only=True):
    """A decision of the office, from the request until verification's projection has it."""

    step: str
    times: int
    p50_milliseconds: float
    p99_milliseconds: float


class Figures(Struct, frozen=True, kw_only=True):
    """All of it."""

    environment: dict[str, str]
    residents: int
    file_bytes: int
    rounds: tuple[Round, ...]
    registry_bytes: int
    """The most memory that the registry's process had, over all rounds."""
    first_seconds: float
    """For who first asks for the enrolment report after an import: all newcomers are counted."""
    taps: int
    load_seconds: float
    """To load them and add them up."""
    reports: tuple[Report, ...]
    races: dict[str, tuple[Race, ...]]
    """By contestant, in turns."""

    @property
    def ratio(self) -> float:
        """The median of the rounds."""
        return median(each.ratio for each in self.rounds)

    @property
    def most_bytes(self) -> int:
        """Of the largest process that took part, beside the database."""
        return max(self.registry_bytes, *(each.command_bytes for each in self.rounds))

    def per_second(self, contestant: str) -> float:
        """The median of its rounds."""
        return median(each.per_second for each in self.races[contestant])

    def relayed_ratio(self, contestant: str, bare: str) -> float:
        """The median over the rounds of its speed to that of the bare loop in the same round."""
        return median(
            each.per_second / beside.per_second
            for each, beside in zip(self.races[contestant], self.races[bare], strict=True)
        )
