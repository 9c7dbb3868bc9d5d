import msgspec

from dev.scale.__main__ import MEASURED, PAGE
from dev.scale.cost import Cost
from dev.scale.page import page


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text() == page(msgspec.json.decode(MEASURED.read_bytes(), type=Cost))
