"""A reader that fails cards which others read is told apart from chips that are dead.

Two comparisons of each reader with all others together, by Fisher's exact test, one-sided:

- *trials*: cards that another reader read whole afterwards. A damaged file does not heal, so the chip was
  whole, and whoever failed it is to blame. This names the reader.
- *silence*: how often no chip answered. A mute chip gives no UID, so nobody can say whether it ever
  answered elsewhere; more silence may be the reader, or the cards that are brought to it. This only says
  where to look.
"""

from collections.abc import Mapping
from math import exp, lgamma

from msgspec import Struct

LEVEL = 0.01
"""The chance of naming any reader at all where all are alike, for each of the two comparisons."""


class Trials(Struct, frozen=True, kw_only=True, gc=False):
    """Cards that were whole, as another reader showed later."""

    tried: int
    failed: int
    """A file of theirs was found damaged here."""


class Asked(Struct, frozen=True, kw_only=True, gc=False):
    """Taps in which a chip was asked for an answer."""

    chips: int
    silent: int


class ReaderFinding(Struct, frozen=True, kw_only=True, gc=False):
    """What can be said of one reader."""

    code: str
    """A key of `SAYS`."""
    says: Mapping[str, str]
    """In Indonesian and English."""
    trials: Trials
    trials_chance: float
    """The chance of so many failures, or more, were this reader like the others."""
    silence: Asked
    silence_chance: float


_NONE = Trials(tried=0, failed=0)
SAYS = {
    "fails-good-cards": {
        "id": "Pembaca ini gagal membaca kartu yang lalu terbaca utuh di pembaca lain. "
        "Bersihkan; bila tetap gagal, ganti.",
        "en": "This reader fails cards that others then read whole. Clean it; if it goes on, replace it.",
    },
    "more-silence": {
        "id": "Di pembaca ini lebih banyak chip yang diam. Bisa karena pembaca, bisa karena kartunya: "
        "coba kartu yang diam di pembaca lain.",
        "en": "More chips are silent here. It may be the reader or the cards: try the silent ones elsewhere.",
    },
    "too-few": {
        "id": "Belum cukup tap, di sini atau di pembaca lain, untuk menilai.",
        "en": "There are too few taps, here or at other readers, to say anything.",
    },
    "no-sign": {
        "id": "Tidak ada tanda bahwa pembaca ini lebih buruk daripada yang lain.",
        "en": "There is no sign that this reader is worse than others.",
    },
}
"""What each code says to the civil-registry office."""


def judge_readers(asked: Mapping[str, Asked], trials: Mapping[str, Trials]) -> dict[str, ReaderFinding]:
    """The finding of each reader of `asked`; a reader is named where chance is below `LEVEL` ÷ readers.

    The division is Bonferroni's: with sixty readers, one in sixty would else be named by chance alone.
    """
    limit = LEVEL / max(1, len(asked))
    chips, silent = (sum(getattr(each, name) for each in asked.values()) for name in ("chips", "silent"))
    tried, failed = (sum(getattr(each, name) for each in trials.values()) for name in ("tried", "failed"))
    found = {}
    for name, here in asked.items():
        tests = trials.get(name, _NONE)
        fails = Sides(
            here=tests.tried,
            hits_here=tests.failed,
            others=tried - tests.tried,
            hits_of_others=failed - tests.failed,
        )
        silence = Sides(
            here=here.chips,
            hits_here=here.silent,
            others=chips - here.chips,
            hits_of_others=silent - here.silent,
        )
        failing, silence_here = fails.chance(), silence.chance()
        if failing <= limit:
            code = "fails-good-cards"
        elif silence_here <= limit:
            code = "more-silence"
        else:
            enough = fails.least_chance() <= limit or silence.least_chance() <= limit
            code = "no-sign" if enough else "too-few"
        found[name] = ReaderFinding(
            code=code,
            says=SAYS[code],
            trials=tests,
            trials_chance=_shown(failing),
            silence=here,
            silence_chance=_shown(silence_here),
        )
    return found


class Sides(Struct, frozen=True, kw_only=True, gc=False):
    """A reader's taps and those of all others, with how many of each were hits (failures, silences)."""

    here: int
    hits_here: int
    others: int
    hits_of_others: int

    def chance(self) -> float:
        """Of so many hits here, or more, were the hits dealt out blindly: the hypergeometric tail.

        R. A. Fisher, The Design of Experiments (1935), chapter II. 1.0 where there is no excess.
        """
        here, hits_here = self.here, self.hits_here
        hits, whole = hits_here + self.hits_of_others, here + self.others
        if hits_here * whole <= hits * here:
            return 1.0
        misses = whole - hits
        term = exp(
            _log_choose(hits, hits_here) + _log_choose(misses, here - hits_here) - _log_choose(whole, here)
        )
        total = 0.0
        for count in range(hits_here, min(hits, here) + 1):
            total += term
            term *= (hits - count) * (here - count)
            term /= (count + 1) * (misses - here + count + 1)
            if term < total * 1e-12:
                break
        return min(1.0, total)

    def least_chance(self) -> float:
        """What the chance would be if every tap here were a hit: how much so few taps can show."""
        every = Sides(
            here=self.here,
            hits_here=self.here,
            others=self.others,
            hits_of_others=self.hits_of_others,
        )
        return every.chance()


def _log_choose(total: int, chosen: int) -> float:
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)


def _shown(chance: float) -> float:
    return float(f"{chance:.3g}")
