import re
from datetime import timedelta
from pathlib import Path

from registry.privacy.retention import DETAILS, DISCLOSURES, FINDINGS, RETENTION
from verification.settings import VerificationSettings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operating" / "days.md").read_text()
MIGRATIONS = ROOT / "services" / "registry" / "migrations" / "versions"


def test_the_page_says_how_long_each_kind_is_kept_and_why() -> None:
    rows = {line for line in PAGE.splitlines() if line.count(" | ") == 2}
    days = timedelta(days=1)
    assert {f"| {kept.kind} | {kept.period // days:,} | {kept.why} |" for kept in RETENTION} <= rows


def test_a_verdict_is_remembered_longer_than_verification_may_publish_it_again() -> None:
    (kept,) = (each for each in RETENTION if each.table == "verdicts")
    decisions = VerificationSettings.model_fields["decisions_kept_days"].default
    # a month is dropped once all of it is past, and a dead letter may wait as long again
    assert kept.period >= timedelta(days=2 * decisions)


def test_the_database_lets_go_when_the_registry_says() -> None:
    periods = {kept.kind: kept.period.days for kept in RETENTION}
    assert days_said("0050_findings_by_month.py", but="WHOLE = ") == {periods[FINDINGS], periods[DISCLOSURES]}
    assert days_said("0061_disclosures_stand.py", but="BEFORE = ") == {periods[DISCLOSURES]}
    assert periods[DETAILS] == 5 * 365


def days_said(migration: str, *, but: str) -> set[int]:
    """The periods in a migration, but not in what undoes it."""
    sql = (MIGRATIONS / migration).read_text().split(but)[0]
    return {int(days) for days in re.findall(r"interval '(\d{3,}) days'", sql)}
