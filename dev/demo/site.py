"""Where a run finds the parts of Ketuk: on the private stack, or in containers."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from dev.stack.secret_files import SecretFiles


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One Ketuk that runs."""

    registry: str
    """The address of its API."""
    feeds: Mapping[str, str]
    """By agency: the broker's address, with the feed's queue in its query."""
    vpcd_ports: tuple[int, ...]
    """Of the virtual readers, on this machine's loopback."""
    secrets: SecretFiles
    trust: ssl.SSLContext | None = None
    """Whom to trust, where addresses are by TLS."""
