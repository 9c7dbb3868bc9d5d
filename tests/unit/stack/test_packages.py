"""dev/packages, in a folder of its own with stand-ins for Debian's programs: killed, and run again."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "dev" / "packages"


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    _program(tmp_path / "bin/dpkg-query", "exit 1")
    _program(tmp_path / "bin/id", "echo 0")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return {
        **os.environ,
        "PATH": path,
        "KETUK_PACKAGES_ROOT": str(tmp_path / "root"),
        "TMPDIR": str(tmp_path),
    }


def test_packages_killed_forbids_no_service_and_the_next_run_puts_back_what_was_there(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    policy = tmp_path / "root/usr/sbin/policy-rc.d"
    clusters = tmp_path / "root/etc/postgresql-common/createcluster.d/ketuk.conf"
    (tmp_path / "root/etc/systemd/system").mkdir(parents=True)
    _program(policy, "exit 104")
    os.mkfifo(tmp_path / "asked")
    _program(tmp_path / "bin/apt-get", f"echo asked >'{tmp_path / 'asked'}'; exec sleep 60")
    running = subprocess.Popen([SCRIPT, "demo"], env=environment, start_new_session=True)
    try:
        (tmp_path / "asked").read_text()
        assert subprocess.run([policy], check=False).returncode == 101
        assert clusters.exists()
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(10)
    assert subprocess.run([policy], check=False).returncode == 104

    _program(tmp_path / "bin/apt-get", "exit 0")
    subprocess.run([SCRIPT, "demo"], env=environment, check=True)
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"
    assert not policy.with_name("policy-rc.d.before-ketuk").exists()
    assert not clusters.exists()
