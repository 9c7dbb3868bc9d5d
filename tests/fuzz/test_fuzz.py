from pathlib import Path

import pytest

from tests.fuzz.run import fuzz
from tests.fuzz.targets import TARGETS

SHORT_SECONDS, LONG_SECONDS = 2, 30
"""A bounded run for every change; `make fuzz MINUTES=n` goes on for longer."""


@pytest.mark.parametrize("target", TARGETS)
def test_the_fuzzer_finds_nothing(target: str, tmp_path: Path, *, is_long: bool) -> None:
    fuzzed = fuzz(target, folder=tmp_path, seconds=LONG_SECONDS if is_long else SHORT_SECONDS)
    assert fuzzed.is_sound, fuzzed.said[-8_000:]
    assert fuzzed.covered > 0


def test_the_fuzzer_finds_what_is_wrong_and_keeps_the_input(tmp_path: Path) -> None:
    fuzzed = fuzz("tests.fuzz.planted", folder=tmp_path, seconds=60)
    [finding] = fuzzed.findings
    assert finding.read_bytes().startswith(b"KTP")
    assert "planted" in fuzzed.said
