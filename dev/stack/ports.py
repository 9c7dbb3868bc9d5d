"""Free loopback ports."""

import random
import socket
from contextlib import ExitStack
from pathlib import Path

_KERNEL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 16_000


def free_ports(count: int) -> list[int]:
    """So many different ports of 127.0.0.1 that nobody listens on now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def free_pair() -> int:
    """A port that is free together with the next one, and stays free while nobody listens there.

    For the kernel gives those of its own range to any connection that begins.
    """
    highest = max(int(_KERNEL_RANGE.read_text().split()[0]), 2 * _LOWEST)
    while True:
        port = random.randrange(_LOWEST, highest - 1)  # noqa: S311  no secret
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
