"""The deck: which kinds of cards are tapped, in which order, on which reader."""

import random
from collections.abc import Iterator, Sequence
from itertools import count

from dev.ledger.expectations import CORE, FURTHER

SHARE = 0.05
"""Each kind of the design's table makes up at least this much of a deck, where there are taps enough."""
FURTHER_SHARE = 0.01
"""And each further kind this much, rounded down, but one at least."""
FURTHER_FROM = 60
"""Taps: a smaller deck has the kinds of the design's table only."""
PROVING = {"healthy", "photo-copied", "data-altered", "wrong-issuer", "not-activated", "blocked", "unknown"}
"""Cards that are read whole: whoever reads one has a reader that works."""
UNPROVEN = "mute-unproven"
"""Comes before all others: once a reader has read a card it is proven for ten minutes."""


def deck(*, taps: int, seed: int, readers: int, proven: bool = False) -> tuple[tuple[str, ...], ...]:
    """For each reader the kinds in their order; `taps` in all. Raises ValueError for too few taps.

    `proven` says that the readers read a card a moment ago: then none can be found unproven.
    """
    kinds = tuple(kind for kind in CORE if not (proven and kind == UNPROVEN))
    if taps < len(kinds):
        raise ValueError(f"at least {len(kinds)} taps are needed, one for each kind of card")
    further = list(FURTHER) * max(1, int(taps * FURTHER_SHARE)) if taps >= FURTHER_FROM else []
    at_least = -(-taps * SHARE // 1)
    each = max(1, min(int(at_least), (taps - len(further)) // len(kinds)))
    shuffled = further + [kind for kind in kinds if kind != UNPROVEN for _ in range(each)]
    shuffled += ["healthy"] * (taps - len(further) - each * len(kinds))
    random.Random(seed).shuffle(shuffled)  # noqa: S311  a repeatable order, no secret
    first = [] if proven else [UNPROVEN] * each
    return tuple(
        (
            *_dealt(first, reader, readers),
            *_proven_first(_dealt(shuffled[::-1], readers - 1 - reader, readers)),
        )
        for reader in range(readers)
    )


def _proven_first(hand: Sequence[str]) -> Sequence[str]:
    """The first card that proves the reader comes first, so that no mute one comes before it."""
    place = next((place for place, kind in enumerate(hand) if kind in PROVING), 0)
    return (*hand[place : place + 1], *hand[:place], *hand[place + 1 :])


def _dealt(cards: Sequence[str], reader: int, readers: int) -> tuple[str, ...]:
    return tuple(cards[reader::readers])


def endless(*, seed: int, reader: int) -> Iterator[str]:
    """Kinds for a demo without an end."""
    kinds = [*FURTHER, *(kind for kind in CORE if kind != UNPROVEN for _ in range(4))]
    for turn in count():
        order = list(kinds)
        random.Random(f"{seed}/{reader}/{turn}").shuffle(order)  # noqa: S311  a repeatable order, no secret
        yield from order
