"""What commands print: tables for people, JSON for programs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    # it speaks to the broker, which most commands do not
    from operations.dead_letter import DeadLetter

_OUT = Console(highlight=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)


def letters(found: "Sequence[DeadLetter]", *, json: bool, word: str = "dead") -> None:
    """One line each, and how many died of what where."""
    if json:
        _OUT.out(msgspec.json.encode([asdict(letter) for letter in found]).decode())
        return
    table = Table("id", "type", "died in", "because", "at", "from", "bytes", "replayed", box=None)
    for each in found:
        cells = (
            each.id, each.type.removeprefix("id.ketuk."), each.queue, each.reason, each.died, each.user,
            str(each.size), str(each.replayed),
        )  # fmt: skip
        table.add_row(*map(_plain, cells))
    if found:
        _OUT.print(table)
    counted = Counter((each.queue, each.reason) for each in found)
    for (queue, reason), count in counted.most_common():
        _OUT.print(_plain(f"{count} {word}: {queue}: {reason}"))
    if not found:
        _OUT.print(f"0 {word}")


def contents(found: Sequence[Mapping[str, object]], *, json: bool) -> None:
    """All of each."""
    written = msgspec.json.format(msgspec.json.encode(found), indent=0 if json else 2)
    _OUT.out(written.decode())


def progress() -> Console:
    """Where the progress of a command is shown."""
    return _ERR


def note(line: str) -> None:
    """Tell the person at the keyboard, beside what is printed."""
    _ERR.print(_plain(line))


def _plain(text: str) -> Text:
    """A stranger's words as they are: no markup, and nothing that a terminal would obey."""
    return Text("".join(each if each.isprintable() else "\ufffd" for each in text))
