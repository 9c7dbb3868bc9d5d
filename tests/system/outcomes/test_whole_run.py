"""Read when all of this folder has run (its name comes last): what the run has shown, and what it left."""

from pathlib import Path

from ketuk_events.outcomes import REASONS
from tests.system.at_rest import personal
from tests.system.at_rest.everywhere import lies_somewhere
from tests.system.outcomes.house import OPERATOR_NIK, House


def test_every_row_of_the_catalogue_was_produced_by_a_card_a_sam_or_a_reader(house: House) -> None:
    rows = {(reason.check.value, reason.code) for reason in REASONS}
    assert house.seen == rows, "run the folder as a whole; a new row needs its test"


async def test_nothing_of_a_person_or_a_card_lies_anywhere(house: House, tmp_path: Path) -> None:
    words = personal.of(house.cards.values()) | {"nik of the operator": OPERATOR_NIK.encode()}
    assert await lies_somewhere(house.stack, personal.in_all_forms(words), dumps=tmp_path) == []


def test_nothing_is_left_in_the_dead_letters(house: House) -> None:
    assert house.stack.rabbitmq.depth("ketuk", "ketuk.dead-letters") == 0
