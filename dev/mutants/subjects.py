"""What is mutated, and the unit tests that belong to it: what judges, computes and parses, without I/O."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Modules of one package, and where their tests are."""

    package: str
    modules: tuple[str, ...]
    """Patterns over the paths below the package."""
    tests: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    """Tests that say what is imported: a mutated module imports what counts its calls."""


_EVERY_FINDING = "tests/unit/verification/test_every_finding.py"
SUBJECTS = MappingProxyType(
    {
        "verification": Subject(
            package="verification",
            modules=("rules/verdict.py", "rules/checks/*.py"),
            tests=("tests/unit/verification",),
            skipped=(
                f"{_EVERY_FINDING}::test_nothing_that_judges_can_ask_a_clock_a_die_a_file_or_the_network",
            ),
        ),
        "registry": Subject(
            package="registry",
            modules=(
                "audit/chain.py",
                "disclosure/chain.py",
                "kit/hash_chain.py",
                "cards/status.py",
                "rollout/compliance.py",
                "disclosure/entitlement.py",
                "pseudonyms/pseudonyms.py",
                "readers/lifecycle.py",
            ),
            tests=("tests/unit/registry",),
        ),
        "gateway": Subject(
            package="reader_gateway",
            modules=(
                "ktp/apdu.py",
                "ports/fingerprint_match.py",
                "ktp/file_reader.py",
                "ktp/plain_files.py",
                "terminal/protocol.py",
            ),
            tests=("tests/unit/reader_gateway",),
        ),
        "contract": Subject(
            package="ketuk_events",
            modules=("names.py", "trace.py"),
            tests=("tests/unit/contract/test_events.py", "tests/unit/contract/test_names.py"),
        ),
    }
)
"""By the name that `make mutants ONLY=name` takes."""
