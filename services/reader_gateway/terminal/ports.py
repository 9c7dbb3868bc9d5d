"""Which serial ports are there now."""

from fnmatch import fnmatchcase
from glob import glob

from serial.tools import list_ports


def ports_like(pattern: str) -> tuple[str, ...]:
    """The ports of a pattern (`*` and `?`), by name: a path such as `/dev/serial/by-id/*`."""
    named = {port.device for port in list_ports.comports() if fnmatchcase(port.device, pattern)}
    return tuple(sorted(named.union(glob(pattern))))  # noqa: PTH207  a pattern may begin at the root
