"""What `make bench` measured: the content of `bench/results.json`."""

from statistics import median

from msgspec import Struct

from bench.verification.processors import Busy

BARE, FASTSTREAM, CALLBACKS, HOSTILE = "bare loop", "FastStream", "aio-pika callbacks", "hostile tenth"
SEALING = {
    "sealing on a cached wrap": "seal_on_cached_wrap",
    "opening on a cached wrap": "open_on_cached_wrap",
    "sealing on a new wrap": "seal_on_new_wrap",
    "opening on a new wrap": "open_on_new_wrap",
}
"""The figures of `Sealing` in words."""
OURS = ("verification, 1 process", "verification, 2 processes", "verification, 4 processes")


class Race(Struct, frozen=True, kw_only=True):
    """What one round of one contestant came to."""

    letters: int
    """Good ones that were judged while the clock ran."""
    seconds: float
    cpu_seconds: float
    """Of all its processes, while the clock ran."""
    around_seconds: float
    """CPU seconds of broker and database meanwhile."""
    peak_bytes: int
    """The most memory that one of its processes had."""

    @property
    def per_second(self) -> float:
        """Good letters a second."""
        return self.letters / self.seconds

    @property
    def cpu_each(self) -> float:
        """CPU seconds a good letter."""
        return self.cpu_seconds / self.letters


class Latency(Struct, frozen=True, kw_only=True):
    """From before a letter is published to its verdict's arrival, in seconds."""

    samples: int
    per_second: float
    """At which letters were published."""
    p50: float
    p99: float


class Compared(Struct, frozen=True, kw_only=True):
    """Verification beside the bare loop of two hops, in turns under the same load."""

    ours: Latency
    bare: Latency


class Sealing(Struct, frozen=True, kw_only=True):
    """CPU seconds a message of 4 KB."""

    seal_on_cached_wrap: float
    seal_on_new_wrap: float
    open_on_cached_wrap: float
    open_on_new_wrap: float


class Memory(Struct, frozen=True, kw_only=True):
    """One process after so many letters, in bytes."""

    letters: int
    bytes: int


class Results(Struct, frozen=True, kw_only=True):
    """One run."""

    environment: dict[str, str]
    letters: int
    least_bytes: int
    """Of a letter's body."""
    gateways: int
    letters_a_wrap: int
    tried: dict[str, dict[str, float]]
    """By peer and way of running it: letters a second; the best one competes."""
    rounds: dict[str, tuple[Race, ...]]
    at_rest: Compared
    half_load: Compared
    busy: dict[str, Busy]
    """By whom, at half load, in the last turn of verification."""
    sealings: tuple[Sealing, ...]
    """One after each race but those with a hostile tenth, so that they see the moods of the machine."""
    memory: tuple[Memory, ...]
    stages: dict[str, float]
    """CPU seconds a letter of what verification does with it, each measured alone."""

    def speed(self, name: str) -> float:
        """Letters a second, the median of all rounds."""
        return median(race.per_second for race in self.rounds[name])

    def spread(self, name: str) -> tuple[float, float]:
        """Letters a second in its slowest and in its fastest round."""
        speeds = [race.per_second for race in self.rounds[name]]
        return min(speeds), max(speeds)

    def cpu(self, name: str) -> float:
        """CPU seconds a letter, the median of all rounds."""
        return median(race.cpu_each for race in self.rounds[name])

    def around(self, name: str) -> float:
        """CPU seconds of broker and database a letter, the median of all rounds."""
        return median(race.around_seconds / race.letters for race in self.rounds[name])

    def peak(self, name: str) -> float:
        """Bytes of memory, the most of all rounds."""
        return max(race.peak_bytes for race in self.rounds[name])

    def sealing(self, figure: str) -> float:
        """CPU seconds a message, the median of all rounds; `figure` names a field of `Sealing`."""
        return median(self._sealings(figure))

    def sealing_spread(self, figure: str) -> tuple[float, float]:
        """The least and the most of all rounds."""
        return min(self._sealings(figure)), max(self._sealings(figure))

    def _sealings(self, figure: str) -> list[float]:
        return [getattr(each, figure) for each in self.sealings]
