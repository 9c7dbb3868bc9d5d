"""Addresses: what is not on this machine is reached by TLS that proves the other end, or not at all."""

import ipaddress
import os
from collections.abc import Collection, Iterator
from urllib.parse import parse_qs, urlsplit

_BY_TLS = {"amqp": "amqps", "http": "https"}


def check_client(address: str, *, has_authority: bool, plain_hosts: Collection[str]) -> None:
    """Raise ValueError where an address would be reached by a line that others may read or take over.

    Args:
        address: of a broker (several with commas between), a database, or an HTTP server.
        has_authority: whether it is known who signs the certificates of the parts.
        plain_hosts: hosts for which the operator takes this upon himself.
    """
    for each in address.split(",") if address.startswith("amqp") else (address,):
        for host in _hosts(each):
            if not (is_here(host) or host in plain_hosts):
                _check_remote(each, host, has_authority=has_authority)


def is_here(host: str) -> bool:
    """Whether a host is this machine by its loopback, or a socket in its file system."""
    if host in {"", "localhost"} or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_remote(address: str, host: str, *, has_authority: bool) -> None:
    parts = urlsplit(address)
    if parts.scheme.startswith("postgres"):
        if not has_authority and parse_qs(parts.query).get("sslmode") != ["verify-full"]:
            raise ValueError(
                f"{host} is another machine: name in KETUK_CA_FILE who signs its certificate, or say "
                "sslmode=verify-full"
            )
    elif parts.scheme in _BY_TLS:
        raise ValueError(
            f"{host} is another machine: it must be reached by TLS, at {_BY_TLS[parts.scheme]}://…"
        )
    elif "no_verify_ssl" in parse_qs(parts.query, keep_blank_values=True):
        raise ValueError(f"{host} is another machine: its certificate must be verified (no_verify_ssl)")


def _hosts(address: str) -> Iterator[str]:
    parts = urlsplit(address)
    # PostgreSQL's may name several, also in the query, and else the environment does
    named = parts.netloc.rpartition("@")[2].split(",") + parse_qs(parts.query).get("host", [])
    if parts.scheme.startswith("postgres"):
        named = [host for each in named for host in each.split(",") if host] or [os.environ.get("PGHOST", "")]
    for each in named:
        yield each[1:].partition("]")[0] if each.startswith("[") else each.partition(":")[0]
