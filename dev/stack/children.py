"""The processes that we started: known by number and start time, so that nothing else is ever ended."""

import json
import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from dev.stack.missing import Missing

END_SECONDS = 15.0
_CLOCK_GRAIN = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """One process, the leader of its own process group."""

    name: str
    pid: int
    started: float
    """As the kernel has it: a number alone may be somebody else's by now."""
    log_begins: int = 0
    """Where in its log this start's part begins, in bytes."""

    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _CLOCK_GRAIN
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


class Children:
    """Starts and ends processes, and remembers them in a file for the next start after a kill."""

    def __init__(self, *, folder: Path) -> None:
        self._record = folder / "children.json"
        self._logs = folder / "logs"
        self._children: dict[str, Child] = {}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        # parts are started side by side
        self._writing = threading.Lock()
        if self._record.exists():
            for entry in json.loads(self._record.read_text()):
                child = Child(**entry)
                self._children[child.name] = child

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        pass_fds: Sequence[int] = (),
        folder: Path | None = None,
    ) -> Child:
        """Start a process in its own session; what it prints goes to `logs/NAME.log`.

        Raises Missing where the program is not installed.
        """
        earlier = self._children.get(name)
        if earlier is not None and earlier.pid in self._processes:
            # one that ended by itself is reaped here
            self._processes[earlier.pid].poll()
        self._logs.mkdir(exist_ok=True)
        with (self._logs / f"{name}.log").open("ab") as log:
            begins = log.tell()
            try:
                process = subprocess.Popen(
                    [str(word) for word in command],
                    env={**os.environ, **(environment or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    user=user,
                    group=user and _group_of(user),
                    extra_groups=[] if user else None,
                    pass_fds=pass_fds,
                    cwd=folder,
                )
            except FileNotFoundError:
                raise Missing(f"{command[0]} is not installed; run `make setup`.") from None
        self._processes[process.pid] = process
        started = psutil.Process(process.pid).create_time()
        child = Child(name=name, pid=process.pid, started=started, log_begins=begins)
        try:
            self._remember(child)
        except OSError:
            # whom nobody remembers nobody ends
            self._end(child, signal.SIGKILL)
            raise
        return child

    def kill(self, name: str) -> None:
        """End a process and its group at once, as a power cut would."""
        self._end(self._children[name], signal.SIGKILL)

    def stop(self, name: str, *, ask: signal.Signals = signal.SIGTERM) -> None:
        """Ask a process to end, and end it where it does not."""
        child = self._children.get(name)
        if child is None:
            return
        self._end(child, ask)
        self._end(child, signal.SIGKILL)
        self._remember(child, gone=True)

    def stop_all(self, *, ask: signal.Signals = signal.SIGTERM) -> None:
        """End all, the youngest first: those of this start and those that an earlier one left behind."""
        for name in reversed(list(self._children)):
            self.stop(name, ask=ask)

    def is_alive(self, name: str) -> bool:
        """Whether a process of that name runs."""
        child = self._children.get(name)
        return child is not None and child.is_alive()

    def exit_code(self, name: str) -> int | None:
        """How a process of this start ended (minus the signal's number), None while it runs."""
        return self._processes[self._children[name].pid].poll()

    def pid(self, name: str) -> int:
        """The number of a process that was started. Raises KeyError where none has that name."""
        return self._children[name].pid

    def names(self) -> list[str]:
        """All that were started and not stopped, in the order of their start."""
        return list(self._children)

    def log(self, name: str) -> Path:
        """Where a process prints to."""
        return self._logs / f"{name}.log"

    def said(self, name: str) -> str:
        """What a process has printed since it was started; nothing where none of that name was."""
        if name not in self._children:
            return ""
        return self.log(name).read_bytes()[self._children[name].log_begins :].decode(errors="replace")

    def _end(self, child: Child, number: signal.Signals) -> None:
        deadline = time.monotonic() + END_SECONDS
        if self._lives(child):
            os.killpg(child.pid, number)
        while self._lives(child) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _lives(self, child: Child) -> bool:
        """Whether it or another of its group runs: a broker outlives its script, and writes while it ends."""
        if child.is_alive():
            return True
        # one that an earlier start began is init's to reap
        if child.pid in self._processes:
            # its leader may be a zombie while other threads of it are still ending
            self._processes[child.pid].wait(END_SECONDS)
        try:
            os.killpg(child.pid, 0)
        except ProcessLookupError:
            return False
        group = [each for each in psutil.process_iter() if _runs_in(each, child.pid)]
        # where a process has the leader's number again, the group is another's
        return bool(group) and all(each.pid != child.pid for each in group)

    def _remember(self, child: Child, *, gone: bool = False) -> None:
        with self._writing:
            if not gone:
                self._children[child.name] = child
                self._write()
                return
            del self._children[child.name]
            # on a full disk the record keeps who is no more: the next start knows it by its start time
            with suppress(OSError):
                self._write()

    def _write(self) -> None:
        entries = [
            {"name": child.name, "pid": child.pid, "started": child.started}
            for child in self._children.values()
        ]
        fresh = self._record.with_suffix(".new")
        fresh.write_text(json.dumps(entries))
        fresh.replace(self._record)


def _runs_in(process: psutil.Process, group: int) -> bool:
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
