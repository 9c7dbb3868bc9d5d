"""The page `docs/verdicts.md`: how a verdict comes about, with examples from a run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.page import written
from ketuk_events.evidence import Evidence
from ketuk_events.outcomes import sentence
from ketuk_events.taps import TapJudged
from tests.system.outcomes.opened import shown
from verification.rules.default_purposes import DEFAULT


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One tap: the card, what its gateway found, what verification said."""

    kind: str
    evidence: Evidence
    verdict: TapJudged


def page(examples: Sequence[Example]) -> str:
    """The page, in Markdown."""
    text = written(
        Path(__file__).with_name("verdicts.md.j2"),
        trim_blocks=True,
        examples=[
            {
                "kind": each.kind,
                "verdict": each.verdict,
                "evidence": json.dumps(shown(each.evidence), indent=2, ensure_ascii=False),
            }
            for each in examples
        ],
        purposes=DEFAULT.purposes,
        sentence=sentence,
    )
    return text.rstrip("\n") + "\n"
