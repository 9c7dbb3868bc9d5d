"""Do the words of a gateway balance? Each card that entered left, once, after it entered and was read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dev.counter.spoken import Said

_ORDER = {"card.presented": 0, "card.read": 1, "card.removed": 2}
_WITHOUT_A_CARD = ["card.read"]


def unbalanced(said: Sequence[Said]) -> list[str]:
    """What does not balance, in sentences; empty where every tap ended and all is in order."""
    return [*_taps(said), *_readers(said)]


def _taps(said: Sequence[Said]) -> Iterator[str]:
    taps: dict[str, list[str]] = defaultdict(list)
    for each in said:
        if each.tap is not None:
            taps[each.tap].append(each.kind)
    for tap, kinds in taps.items():
        # a chip check may find no card: then it has evidence and nothing else
        if kinds not in (list(_ORDER), _WITHOUT_A_CARD):
            yield f"tap {tap}: {', '.join(kinds)}"


def _readers(said: Sequence[Said]) -> Iterator[str]:
    held: dict[str, str | None] = {}
    for each in said:
        holding = held.get(each.reader)
        if each.tap is None or each.tap == holding:
            pass
        elif holding is not None:
            yield f"{each.reader}: {each.kind} of {each.tap} while it holds {holding}"
        if each.kind == "card.presented":
            held[each.reader] = each.tap
        elif each.kind == "card.removed":
            held[each.reader] = None
