"""The card daemon itself: since when it runs."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

_SOCKET = "/run/pcscd/pcscd.comm"


def running_since(environment: Mapping[str, str] = os.environ) -> datetime | None:
    """When the pcscd that answers now was started, as its files tell; None where there are none.

    It counts what comes and goes from its start, so the count of an earlier one means nothing. Its socket is
    made by itself or, at boot, by systemd; its process number is written at each start.
    """
    socket = Path(environment.get("PCSCLITE_CSOCK_NAME", _SOCKET))
    written = []
    for file in (socket, socket.with_name("pcscd.pid")):
        try:
            written.append(file.stat().st_mtime)
        except OSError:
            continue
    return datetime.fromtimestamp(max(written), UTC) if written else None
