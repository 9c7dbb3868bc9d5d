"""What can become of a chip's answer on its way to the gateway."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reader_gateway.ktp.protocol import CardLeft, ReaderGone, SamAway, SamBusy, ToCard, TooSlow, ToSam
from tests.fuzz.whim import Whim

Step = ToCard | ToSam
_WORDS = bytes.fromhex("90000010628162826300 63C067006982698364006A826B006C006C106C356CFF6F006110")
STATUSES = [_WORDS[at : at + 2] for at in range(0, len(_WORDS), 2)]


class Hangs(Exception):
    """The driver does not return from this command."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """An answer that is about to be given."""

    step: Step
    honest: bytes
    last: bytes
    """What was given before it."""


Mischief = Callable[[Whim, Moment], bytes | Exception]


def _garbled(whim: Whim, moment: Moment) -> bytes:
    at = whim.number(len(moment.honest))
    changed = moment.honest[at] ^ (whim.number() or 1)
    return moment.honest[:at] + bytes((changed,)) + moment.honest[at + 1 :]


def _lying_length(whim: Whim, moment: Moment) -> bytes:
    return bytes((whim.number(), whim.number())) + moment.honest[2:]


def _gone(whim: Whim, moment: Moment) -> Exception:
    ways: Sequence[Exception] = (
        (CardLeft(), ReaderGone(), TooSlow(), Hangs())
        if isinstance(moment.step, ToCard)
        else (SamAway(), SamBusy(), TooSlow(), Hangs())
    )
    return ways[whim.number(len(ways))]


MISCHIEFS: tuple[Mischief, ...] = (
    lambda _, moment: moment.honest,
    _garbled,
    lambda whim, moment: moment.honest[: whim.number(len(moment.honest) + 1)],
    lambda whim, moment: moment.honest[: whim.number()] + moment.honest[-2:],
    lambda whim, moment: moment.honest[:-2] + bytes(whim.number()) + moment.honest[-2:],
    lambda whim, moment: moment.honest[:-2] + STATUSES[whim.number(len(STATUSES))],
    lambda whim, _: STATUSES[whim.number(len(STATUSES))],
    lambda whim, _: whim.text(2),
    _lying_length,
    lambda _, moment: moment.last,
    lambda whim, _: whim.text(whim.number()) + STATUSES[whim.number(len(STATUSES))],
    lambda whim, moment: bytes((whim.number(),)) * (moment.step.command[-1] or 256) + STATUSES[0],
    lambda whim, _: bytes((whim.number(),)) * 65_000 + STATUSES[0],
    # as if the chip had given and the SAM opened: data, the card's word, the SAM's
    lambda whim, _: whim.text(whim.number()) + STATUSES[whim.number(len(STATUSES))] + STATUSES[0],
    lambda whim, _: bytes((whim.number(),)) * whim.number() + STATUSES[0] + STATUSES[0],
    _gone,
)


class Meddler:
    """Decides, answer by answer, what the gateway is told.

    A byte below 128 lets as many answers pass. One above picks a mischief for this answer, and from 192 on
    for every answer from the same chip from here on.
    """

    def __init__(self, whim: Whim) -> None:
        self._whim = whim
        self._honest_for = whim.number(128)
        self._always: dict[type[Step], Mischief] = {}
        self._last = b""
        self.met: set[type[Step]] = set()
        """The chips whose answers were meddled with."""

    def told(self, step: Step, honest: bytes) -> bytes | Exception:
        """What the gateway is told instead of the honest answer."""
        mischief = self._always.get(type(step)) or self._next(step)
        given = mischief(self._whim, Moment(step=step, honest=honest, last=self._last))
        if given != honest:
            self.met.add(type(step))
        self._last = honest
        return given

    def _next(self, step: Step) -> Mischief:
        if self._honest_for:
            self._honest_for -= 1
            return MISCHIEFS[0]
        choice = self._whim.number()
        if choice < 128:
            self._honest_for = choice
            return MISCHIEFS[0]
        mischief = MISCHIEFS[choice % len(MISCHIEFS)]
        if choice >= 192:
            self._always[type(step)] = mischief
        return mischief
