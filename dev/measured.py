"""Files of what was measured, with a result for each of Debian's releases."""

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


def release() -> str:
    """Name the system's release, for example `Debian 13`."""
    system = platform.freedesktop_os_release()
    return f"{system['ID'].title()} {system.get('VERSION_ID', '')}".strip()


def read(file: Path, kind: type[T]) -> Mapping[str, T]:
    """Read the results by release, the newest release first."""
    found = msgspec.json.decode(file.read_bytes(), type=dict[str, kind])  # type: ignore[valid-type]
    return dict(sorted(found.items(), reverse=True))


def write(file: Path, result: msgspec.Struct) -> None:
    """Write the result of this release, and keep those of others."""
    kept = msgspec.json.decode(file.read_bytes(), type=dict[str, msgspec.Raw]) if file.exists() else {}
    kept[release()] = msgspec.Raw(msgspec.json.encode(result))
    file.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
