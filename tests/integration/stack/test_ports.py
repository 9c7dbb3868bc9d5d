import subprocess
import sys
from pathlib import Path

from dev.stack.ports import free_pair, free_ports

FIRST_OF_THE_KERNEL = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
CHOOSES_TEN = """
import random, sys
from dev.stack import ports
random.seed(1)
print(*ports.free_ports(10), flush=True)
sys.stdin.read()
"""


def test_ports_are_none_that_the_kernel_gives_to_connections() -> None:
    assert all(port < FIRST_OF_THE_KERNEL for port in (*free_ports(40), free_pair() + 1))


def test_ports_are_given_once_though_nobody_listens_yet() -> None:
    given = free_ports(200) + free_ports(200)
    assert len(set(given)) == 400


def test_ports_of_two_processes_that_choose_alike_differ() -> None:
    command = [sys.executable, "-c", CHOOSES_TEN]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        chosen = first.stdout.readline().split()
        second = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
        first.stdin.close()
    assert len(chosen) == 10
    assert not set(chosen) & set(second.stdout.split())
