import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import tlv
from simulator.status_words import RefusedError


@given(values=st.dictionaries(st.integers(0, 255), st.binary(max_size=255)))
def test_what_is_encoded_is_decoded(values: dict[int, bytes]) -> None:
    raw = b"".join(tlv.encode(tag, value) for tag, value in values.items())
    assert tlv.decode(raw) == values


@pytest.mark.parametrize("raw", ["87", "8781", "8702AA", "878180AA", "9902900087"])
def test_bytes_that_do_not_divide_into_objects_are_refused(raw: str) -> None:
    with pytest.raises(RefusedError):
        tlv.decode(bytes.fromhex(raw))
