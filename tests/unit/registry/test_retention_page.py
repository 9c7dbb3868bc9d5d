import re
from datetime import timedelta
from pathlib import Path

from registry.retention import DETAILS, FINDINGS, RETENTION

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "operating" / "days.md").read_text()
MIGRATION = ROOT / "services" / "registry" / "migrations" / "versions" / "0050_findings_by_month.py"


def test_the_page_says_how_long_each_kind_is_kept_and_why() -> None:
    rows = {line for line in PAGE.splitlines() if line.count(" | ") == 2}
    days = timedelta(days=1)
    assert {f"| {kept.kind} | {kept.period // days:,} | {kept.why} |" for kept in RETENTION} <= rows


def test_the_database_lets_go_when_the_registry_says() -> None:
    periods = {kept.kind: kept.period.days for kept in RETENTION}
    sql = MIGRATION.read_text().split("WHOLE = ")[0]
    said = {int(days) for days in re.findall(r"interval '(\d{3,}) days'", sql)}
    assert said == {periods[FINDINGS], periods["what institutions were told"]}
    assert periods[DETAILS] == 5 * 365
