"""Fuzzes one target in a child process, for a bounded time and in bounded memory."""

import re
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
_MEGABYTES = 256
_INPUT_SECONDS = 20
"""One input may take so long; a reading of the longest files takes less than one."""
_LONGEST_INPUT = 4_096
_GRACE_SECONDS = 60.0
_EXECUTIONS = re.compile(r"number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fuzzed:
    """What came of it."""

    target: str
    executions: int
    covered: int
    """Edges of the code under test."""
    corpus: int
    """Inputs kept, each for what it alone reaches."""
    findings: tuple[Path, ...]
    """Inputs that break an invariant."""
    said: str

    @property
    def is_sound(self) -> bool:
        return not self.findings and self.executions > 0


def fuzz(target: str, *, folder: Path, seconds: int) -> Fuzzed:
    """Go on from the corpus in `folder`; the first finding ends it.

    Raises RuntimeError where the target cannot be run, TimeoutExpired where nothing ends it.
    """
    corpus, findings = folder / "corpus", folder / "findings"
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    before = set(findings.iterdir())
    for seed in import_module(target).seeds():
        (corpus / sha256(seed).hexdigest()[:40]).write_bytes(seed)
    child = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.child", target, str(corpus)),
            f"-max_total_time={seconds}",
            f"-artifact_prefix={findings}/",
            f"-rss_limit_mb={_MEGABYTES}",
            f"-timeout={_INPUT_SECONDS}",
            f"-max_len={_LONGEST_INPUT}",
            "-print_final_stats=1",
        ],
        cwd=ROOT,
        check=False,
        timeout=seconds + _GRACE_SECONDS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = child.stdout.decode(errors="replace")
    found = set(findings.iterdir()) - before
    if child.returncode and not found:
        raise RuntimeError(f"{target} cannot be fuzzed:\n{said}")
    return Fuzzed(
        target=target,
        executions=int((_EXECUTIONS.findall(said) or ["0"])[-1]),
        covered=int((_COVERED.findall(said) or ["0"])[-1]),
        corpus=sum(1 for _ in corpus.iterdir()),
        findings=tuple(sorted(found)),
        said=said,
    )
