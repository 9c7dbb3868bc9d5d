"""A gateway's own key is on the disk before anybody hears of it, whatever happens to the computer's power."""

import os
import stat
from pathlib import Path

import pytest
from yarl import URL

from chassis.crypto.sealing import private_key
from reader_gateway.enrol import become


class Disk:
    """What was made to last: the names of files and folders that were synced, and of those put in place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[tuple[str, str]] = []
        sync, put = os.fsync, os.replace

        def fsync(file: int) -> None:
            kind = "folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file"
            self.did.append((kind, Path(f"/proc/self/fd/{file}").readlink().name))
            sync(file)

        def replace(source: Path, target: Path) -> None:
            self.did.append(("put", Path(target).name))
            put(source, target)

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(os, "replace", replace)


async def test_a_key_lasts_with_its_folder_before_the_registry_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, folder = Disk(monkeypatch), tmp_path / "secrets"
    with pytest.raises(FileNotFoundError):
        await become(
            code="0ABC1-D01EF-GHJKM-NPQRS",
            registry=URL("https://registry.example"),
            folder=folder,
            ca_file=tmp_path / "nowhere",
        )
    assert disk.did == [
        ("folder", tmp_path.name),
        ("file", ".ketuk_identity_key"),
        ("put", "ketuk_identity_key"),
        ("folder", "secrets"),
    ]
    key = folder / "ketuk_identity_key"
    assert private_key(key.read_text())
    assert (folder.stat().st_mode & 0o777, key.stat().st_mode & 0o777) == (0o700, 0o600)
