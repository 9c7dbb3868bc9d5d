"""A private pcscd with virtual readers (vsmartcard's vpcd), reached by its own socket.

The daemon takes its socket as systemd would pass it. It does not run as root, for as root it would remove the
pid file of another pcscd when it ends.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Collection
from pathlib import Path

from dev.stack.children import Children
from dev.stack.missing import Missing
from dev.stack.waiting import until_ready

NAME = "pcscd"
_LISTEN_FD = 3
_RUN = Path("/run/pcscd")
_NO_POLKIT = "--disable-polkit"


class Pcscd:
    """One daemon with one virtual reader, of a card slot and a SAM slot, for each port."""

    def __init__(self, *, folder: Path, ports: tuple[int, ...], children: Children) -> None:
        self._folder = folder
        self._ports = ports
        self._children = children
        self._plugged: dict[int, int] = {}

    @property
    def socket(self) -> Path:
        """What clients set as `PCSCLITE_CSOCK_NAME`."""
        return self._folder / "pcscd.comm"

    def start(self, *, plugged: Collection[int] | None = None) -> None:
        """Start it and wait until its virtual readers listen for cards.

        `plugged`: which readers it has, by their number; all where none is named. They cannot change while it
        runs: pcscd 1.9.9 crashes when it is told (SIGUSR1) that there is a serial reader more in its
        configuration, and keeps one that is no longer there.
        """
        self._plugged = dict(enumerate(self._ports))
        if plugged is not None:
            self._plugged = {index: self._ports[index] for index in plugged}
        self._folder.mkdir(parents=True, exist_ok=True)
        _have_run_folder()
        configuration = self._folder / "reader.conf"
        configuration.write_text("\n".join(self._entry(index, port) for index, port in self._plugged.items()))
        self.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.socket))
            self.socket.chmod(0o666)
            listening.listen(64)
            saved = os.dup(listening.fileno())
            try:
                # the shell puts the socket where systemd would, and tells the daemon its own number
                script = f'exec {_LISTEN_FD}<&{saved}; LISTEN_FDS=1 LISTEN_PID=$$ exec pcscd -f "$@"'
                self._children.start(
                    NAME,
                    ["bash", "-c", script, NAME, *_options(), "-c", configuration],
                    user="nobody" if os.geteuid() == 0 else None,
                    pass_fds=(saved,),
                    folder=self._folder,
                )
            finally:
                os.close(saved)
        until_ready(NAME, self._listens, children=self._children)

    def _entry(self, index: int, port: int) -> str:
        # the driver knows one reader only, so each reader has its own copy of it
        driver = self._folder / f"libifdvpcd-{index}.so"
        shutil.copy(_driver(), driver)
        return (
            f'FRIENDLYNAME "Ketuk {index}"\nDEVICENAME /dev/null:0x{port:X}\n'
            f"LIBPATH {driver}\nCHANNELID 0x{port:X}\n"
        )

    def _listens(self) -> bool:
        listening = {
            line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if " 0A " in line
        }
        heard = {int(address.rpartition(":")[2], 16) for address in listening}
        return {slot for port in self._plugged.values() for slot in (port, port + 1)} <= heard


def _options() -> list[str]:
    """What this pcscd is told beside its configuration.

    From 2.0 on it asks polkit who may use a card, and refuses everyone where no polkit runs. Older
    ones end at an option that they do not know.
    """
    try:
        usage = subprocess.run([NAME, "--help"], capture_output=True, text=True, check=False, timeout=10)
    except FileNotFoundError:
        raise Missing(f"{NAME} is not installed; run `make setup`.") from None
    return [_NO_POLKIT] if _NO_POLKIT in usage.stdout + usage.stderr else []


def _have_run_folder() -> None:
    """The daemon insists on its folder, even where it puts nothing there; systemd makes it at each boot."""
    if _RUN.exists():
        return
    try:
        _RUN.mkdir()
    except PermissionError:
        raise Missing(f"{_RUN} is missing, and pcscd wants it; make it as root: mkdir {_RUN}.") from None


def _driver() -> Path:
    for found in sorted(Path("/usr/lib/pcsc/drivers/serial").glob("libifdvpcd.so*")):
        return found
    raise Missing("The driver for virtual cards (vsmartcard-vpcd) is not installed; run `make setup`.")
