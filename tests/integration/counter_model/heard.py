"""What a gateway said on the bus, and what must hold of it whatever happened at the counter. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

ROLES = ("card.presented", "card.read", "card.removed")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One delivery; the broker may hold the same message twice."""

    message_id: str
    name: str
    reader: str
    body: bytes
    tap: str | None = None
    count: tuple[int, int] = (0, 0)
    """Epoch and sequence, where it is about a reader."""


def first_of_each(heard: Iterable[Heard]) -> list[Heard]:
    """Without the copies that transport made. Fails where a copy differs from the first."""
    firsts: dict[str, Heard] = {}
    for each in heard:
        first = firsts.setdefault(each.message_id, each)
        assert first == each, f"two messages with one id: {first} {each}"
    return list(firsts.values())


def assert_each_tap_is_whole(heard: Sequence[Heard], reader: str) -> None:
    """On one reader: presented, read, removed, and only then the next; each said once."""
    said = [each for each in first_of_each(heard) if each.reader == reader and each.tap is not None]
    whole: list[str] = []
    for tap, events in groupby(said, key=lambda each: each.tap):
        names = [each.name for each in events]
        assert tap not in whole, f"{reader}: {names} of {tap} after its end"
        # a chip that the officer had checked may never have been in the field
        assert names in (list(ROLES), ["card.read"]), f"{reader}: {tap} is {names}"
        whole.append(str(tap))


def assert_the_taps_are(
    heard: Sequence[Heard], reader: str, *, presented: Sequence[str], checked: set[str]
) -> None:
    """The taps on one reader are those that were seen to begin, in that order, none lost and none more."""
    firsts = [each for each in first_of_each(heard) if each.reader == reader]
    said = [each.tap for each in firsts if each.name == "card.presented"]
    assert said == list(presented), f"{reader}: presented were {said}, begun were {presented}"
    read = {each.tap for each in firsts if each.name == "card.read"}
    assert read == {*presented, *checked}, f"{reader}: read are {read}, begun were {presented} and {checked}"


def assert_the_reader_came_and_went_in_turn(heard: Sequence[Heard], reader: str) -> None:
    """Within each start of the gateway: came, went, came …; or first that it is not there."""
    said = [each for each in first_of_each(heard) if each.reader == reader and each.tap is None]
    said.sort(key=lambda each: each.count)
    for epoch, events in groupby(said, key=lambda each: each.count[0]):
        names = [each.name for each in events]
        first = names[0] == "reader.disconnected"
        wanted = ["reader.connected", "reader.disconnected"] * len(names)
        assert names == wanted[first : len(names) + first], f"{reader}, start {epoch}: {names}"


def assert_nothing_waits(spooled: Mapping[str, str], waiting: int, heard: Sequence[Heard]) -> None:
    """A stopped gateway's spool: tap to stage. All were said, and all have ended."""
    assert waiting == 0, f"{waiting} messages were left in the spool"
    unended = {tap: stage for tap, stage in spooled.items() if stage != "ended"}
    assert not unended, f"not ended: {unended}"
    said = {each.tap for each in heard if each.tap is not None}
    assert said == set(spooled), f"said are {said}, kept are {set(spooled)}"
