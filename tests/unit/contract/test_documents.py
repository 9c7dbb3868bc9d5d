from pathlib import Path

import jsonschema
import msgspec
import pytest

from dev.contract.documents import documents, folders
from dev.contract.examples import examples
from ketuk_events.catalogue import CATALOGUE, Kind
from ketuk_events.events import from_wire, to_wire

CHECKOUT = Path(__file__).parents[3]


@pytest.mark.parametrize("path", sorted(documents()))
def test_the_committed_document_equals_the_types(path: str) -> None:
    assert (CHECKOUT / path).read_text(encoding="utf-8") == documents()[path], "run `make contract`"


def test_no_generated_document_is_left_over() -> None:
    there = {
        str(file.relative_to(CHECKOUT)) for folder in folders() for file in (CHECKOUT / folder).iterdir()
    }
    assert there == {path for path in documents() if path.startswith(("proto/schemas", "proto/examples"))}


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_each_example_obeys_its_schema_and_comes_back_as_it_went(kind: Kind) -> None:
    sent = examples()[kind]
    wire = to_wire(sent)
    schema = msgspec.json.decode(documents()[f"proto/schemas/{kind.name}.v1.json"])
    jsonschema.validate(msgspec.json.decode(wire.body), schema)
    received = from_wire(
        message_id=wire.message_id, routing_key=wire.routing_key, headers=wire.headers, body=wire.body
    )
    assert received == sent
