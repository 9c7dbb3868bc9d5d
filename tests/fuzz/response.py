"""Fuzz target: any bytes are a response, or garbage."""

from collections.abc import Iterator

from reader_gateway.ktp.apdu import Garbage, response


def once(raw: bytes) -> None:
    try:
        answer = response(raw)
    except Garbage:
        assert len(raw) < 2
        return
    assert answer.data + answer.status.to_bytes(2, "big") == raw
    assert answer.is_success == raw.endswith(b"\x90\x00")


def seeds() -> Iterator[bytes]:
    yield from (b"", b"\x90", b"\x90\x00", b"\x01\x02\x90\x00", b"\x6a\x82")
