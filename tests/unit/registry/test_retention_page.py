import re
from datetime import timedelta
from pathlib import Path

from registry.retention import DETAILS, FINDINGS, RETENTION
from verification.settings import VerificationSettings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operating" / "days.md").read_text()
MIGRATION = ROOT / "services" / "registry" / "migrations" / "versions" / "0050_findings_by_month.py"


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
    sql = MIGRATION.read_text().split("WHOLE = ")[0]
    said = {int(days) for days in re.findall(r"interval '(\d{3,}) days'", sql)}
    assert said == {periods[FINDINGS], periods["what institutions were told"]}
    assert periods[DETAILS] == 5 * 365
