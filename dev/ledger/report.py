"""The account as people and programs read it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from statistics import quantiles

from dev.ledger.account import Account
from dev.ledger.expectations import EXPECTATIONS


def table(account: Account) -> str:
    """A row for each kind of card."""
    lines = [f"{'kind':<17} {'expected':<13} {'reason':<38} {'taps':>5} {'delivered':>9} {'right':>6}"]
    for kind, expected in EXPECTATIONS.items():
        row = account.by_kind.get(kind)
        if row is not None:
            lines.append(
                f"{kind:<17} {expected.outcome:<13} {expected.reason or '-':<38} "
                f"{row['taps']:>5} {row['delivered']:>9} {row['right']:>6}"
            )
    return "\n".join(lines)


def last_line(account: Account, *, seed: int) -> str:
    """One JSON object."""
    return json.dumps(
        {
            "taps": account.taps,
            "seed": seed,
            "by_kind": account.by_kind,
            "verified": account.outcomes["verified"],
            "refused": account.outcomes["refused"],
            "inconclusive": account.outcomes["inconclusive"],
            "delivered": account.delivered,
            "lost": account.lost,
            "unexpected": account.unexpected,
            "duplicated": account.duplicated,
            "wrong": account.wrong,
            "redelivered": account.redelivered,
            "detected_ms": _percentiles(account.detected),
            "tap_to_agency_ms": _percentiles(account.to_agency),
        }
    )


def _percentiles(spans: Sequence[timedelta]) -> dict[str, float | None]:
    if not spans:
        return {"p50": None, "p99": None}
    milliseconds = [span / timedelta(milliseconds=1) for span in spans]
    if len(milliseconds) == 1:
        milliseconds *= 2
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}
