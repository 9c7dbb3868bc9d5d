import re
from pathlib import Path

from ketuk_events.catalogue import CATALOGUE
from ketuk_events.outcomes import Check

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "architecture.md"


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    text = PAGE.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_page_has_every_message_of_the_contract() -> None:
    contract = [[kind.name, kind.sender, kind.receivers, kind.delivery.value] for kind in CATALOGUE]
    assert rows("Messages") == contract


def test_the_page_has_every_check_in_its_order() -> None:
    assert [check for check, _ in rows("Checks")] == [check.value for check in Check]


def test_what_the_page_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text())
    assert len(links) > 20
    assert [link for link in links if not (PAGE.parent / link).exists()] == []
