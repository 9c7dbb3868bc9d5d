"""What may stand in a text or a number of the contract: no more than broker, database and terminal bear."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, inspect

from ketuk_events.catalogue import CATALOGUE
from ketuk_events.evidence import Evidence, Person
from ketuk_events.names import LINE, is_timestamp
from registry.audit import api as audit
from registry.cards import api as cards
from registry.privacy import api as citizens
from registry.web import field_types as bodies

BODIES: tuple[type[msgspec.Struct], ...] = (*(kind.body for kind in CATALOGUE), Evidence, Person)
ASKED = [
    each
    for module in (audit, bodies, cards, citizens)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__module__ == module.__name__
]
FREE = {"biodata", "attributes", "person", "public_key", "Evidence.tap", "Person.tap"}
"""Of the contract: as a card has it; sealed or keyed; PEM, by its own form; held against one with a form."""
COLUMNS = 2**63
"""What the largest column of a number does not hold any more."""


def within(of: inspect.Type, *, at: str, seen: tuple[type, ...] = ()) -> Iterator[tuple[str, inspect.Type]]:
    """Each text and number in a type, with the field in which it stands."""
    match of:
        case inspect.StructType():
            if of.cls not in seen:
                for field in of.fields:
                    name = field.encode_name
                    whole = f"{of.cls.__name__}.{name}"
                    yield from within(field.type, at=whole if name == "tap" else name, seen=(*seen, of.cls))
        case inspect.Metadata():
            yield from within(of.type, at=at, seen=seen)
        case inspect.UnionType():
            for each in of.types:
                yield from within(each, at=at, seen=seen)
        case inspect.VarTupleType() | inspect.ListType():
            yield from within(of.item_type, at=at, seen=seen)
        case inspect.DictType():
            yield from within(of.value_type, at=at, seen=seen)
        case inspect.StrType() | inspect.IntType():
            yield at, of


FOUND = [found for body in BODIES for found in within(inspect.type_info(body), at=body.__name__)]
PATTERNS = sorted(
    {
        each.pattern
        for body in (*BODIES, *ASKED)
        for _, each in within(inspect.type_info(body), at=body.__name__)
        if isinstance(each, inspect.StrType) and each.pattern is not None
    }
)


def test_every_text_of_the_contract_has_a_form() -> None:
    formless = {at for at, each in FOUND if isinstance(each, inspect.StrType) and each.pattern is None} - FREE
    assert formless == set()


def test_every_number_of_the_contract_fits_its_column() -> None:
    numbers = [(at, each) for at, each in FOUND if isinstance(each, inspect.IntType)]
    assert len(numbers) > 10
    for at, each in numbers:
        most = each.le if each.le is not None else each.lt
        least = each.ge if each.ge is not None else each.gt
        assert most is not None, at
        assert least is not None, at
        assert 0 <= least <= most < COLUMNS, at


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=st.data())
def test_nothing_that_ends_in_a_newline_is_of_a_form(pattern: str, data: st.DataObject) -> None:
    text = msgspec.json.Decoder(Annotated[str, Meta(pattern=pattern)])
    fitting = data.draw(st.from_regex(pattern))
    assert text.decode(json.dumps(fitting)) == fitting
    with pytest.raises(msgspec.ValidationError):
        text.decode(json.dumps(f"{fitting}\n"))


def test_no_time_ends_in_a_newline() -> None:
    assert is_timestamp("2026-11-24T05:00:00.000Z")
    assert not is_timestamp("2026-11-24T05:00:00.000Z\n")


@given(text=st.text(max_size=9))
def test_free_text_holds_no_control_character(text: str) -> None:
    line = msgspec.json.Decoder(Annotated[str, Meta(pattern=LINE)])
    if any(unicodedata.category(each) == "Cc" for each in text):
        with pytest.raises(msgspec.ValidationError):
            line.decode(json.dumps(text))
    else:
        assert line.decode(json.dumps(text)) == text
