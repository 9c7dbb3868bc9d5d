"""Free loopback ports, which neither the kernel gives to a connection nor another test run to a server."""

import fcntl
import os
import random
import socket
from pathlib import Path

_KERNEL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 16_000
_LOCKS = Path("/var/tmp")  # noqa: S108  a folder of the user's own below it


def free_ports(count: int) -> list[int]:
    """Choose ports of 127.0.0.1 that nobody listens on now.

    They stay free while nobody listens there, so that a part may be killed and started again on its port.
    They lie outside the range from which the kernel takes ports for connections: a client that tries a port
    of that range again and again connects to itself some day, and the server cannot have it back. And no
    other process of this user is given them here before this one has ended.

    Args:
        count: how many.

    Returns:
        Different ports.
    """
    return [_chosen(neighbours=1) for _ in range(count)]


def free_pair() -> int:
    """Choose a port that is free together with the next one, as `free_ports` does.

    Returns:
        The lower of the two.
    """
    return _chosen(neighbours=2)


def _chosen(*, neighbours: int) -> int:
    highest = max(int(_KERNEL_RANGE.read_text().split()[0]), 2 * _LOWEST)
    while True:
        port = random.randrange(_LOWEST, highest - neighbours)  # noqa: S311  no secret
        if all(_is_free(each) and _reserve(each) for each in range(port, port + neighbours)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # a connection that was closed a moment ago keeps no server from listening
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _reserve(port: int) -> bool:
    """Lock a port's file until this process ends: the descriptor stays open on purpose."""
    folder = _LOCKS / f"ketuk-ports-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / str(port), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    return True
