"""A card daemon of a test module's own, with one virtual reader."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.stack.children import Children
from dev.stack.pcscd import Pcscd
from dev.stack.ports import free_pair


@dataclass(frozen=True)
class Daemon:
    socket: Path
    port: int


@contextmanager
def running_daemon() -> Iterator[Daemon]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the daemon does not run as root
        children = Children(folder=folder)
        pcscd = Pcscd(folder=folder / "pcscd", ports=(port := free_pair(),), children=children)
        try:
            pcscd.start()
            yield Daemon(socket=pcscd.socket, port=port)
        finally:
            children.stop_all()
