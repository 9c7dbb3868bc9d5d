"""What a verdict says, in the form in which these tests state it: one line for each check."""

from collections.abc import Mapping
from dataclasses import dataclass

from ketuk_events.outcomes import Check, reason
from ketuk_events.taps import CheckResult, TapJudged

_UNLESS_SAID = {check.value: "ok" for check in Check} | {"holder.matches": "not-asked"}
_STEPS = (
    ("chip", ("reader.trusted", "chip.answers", "chip.readable")),
    ("genuine", ("card.authentic", "data.signed", "card.status")),
    ("holder", ("holder.matches",)),
)
UNSIGNED = ("data.signed/not-reached", "nik.consistent/not-reached")
"""What follows where card and SAM did not come together."""
NO_SESSION = ("card.authentic/not-reached", *UNSIGNED)
"""What follows where the two were not brought together at all."""
NOTHING_READ = ("chip.readable/not-reached", *NO_SESSION, "card.status/not-reached")
"""What follows where the chip did not answer as a KTP-el."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A verdict, without what differs from tap to tap."""

    outcome: str
    assurance: str
    reason: str
    """`check/code`, of the check that decided."""
    checks: tuple[str, ...]
    """`check/code: result`, with what is concerned in brackets."""


def told(verdict: TapJudged) -> Told:
    """What a verdict says."""
    why = verdict.reason
    return Told(
        outcome=verdict.outcome,
        assurance=verdict.assurance,
        reason="" if why is None else f"{why.check}/{why.code}",
        checks=tuple(_line(each) for each in verdict.checks),
    )


def came_to(outcome: str, *but: str, concerns: str = "", decides: bool = True) -> Told:
    """The verdict where all is well but for what is named; the first of that decides.

    Args:
        outcome: of the tap.
        but: `check/code` of each check that is not `ok` (`not-asked` for the holder).
        concerns: what the first is about, such as a file.
        decides: False where nothing of it is needed for the purpose.
    """
    codes = dict(_UNLESS_SAID)
    codes |= {check: code for check, _, code in (each.partition("/") for each in but)}
    first = but[0].partition("/")[0] if but else ""
    return Told(
        outcome=outcome,
        assurance=_reached(codes),
        reason=but[0] if but and decides else "",
        checks=tuple(
            _line(
                CheckResult(
                    check=check,
                    result=reason(check, code).result,
                    code=code,
                    detail=concerns if check == first else "",
                )
            )
            for check, code in codes.items()
        ),
    )


def _line(check: CheckResult) -> str:
    about = f" ({check.detail})" if check.detail else ""
    return f"{check.check}/{check.code}: {check.result}{about}"


def _reached(codes: Mapping[str, str]) -> str:
    if codes["card.authentic"] == "terminal-says" and codes["chip.readable"] == "terminal-says":
        return "vouched"
    reached = "none"
    for assurance, checks in _STEPS:
        if any(codes[check] != "ok" for check in checks):
            break
        reached = assurance
    return reached
