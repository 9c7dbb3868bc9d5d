from pathlib import Path

from operations.resident_file import RETURN, TOO_LONG, TWICE
from registry.residents.residents_csv import COLUMNS, REASONS

PAGE = (Path(__file__).parents[3] / "docs" / "residents.md").read_text()


def test_the_page_names_every_column_and_every_reason() -> None:
    rows = {line.strip("| ") for line in PAGE.splitlines() if " / " in line and line.startswith("| ")}
    assert rows == {*REASONS.values(), RETURN, TOO_LONG, TWICE}
    assert all(f"`{column}`" in PAGE for column in COLUMNS)
