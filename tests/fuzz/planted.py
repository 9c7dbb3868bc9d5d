"""A target that is wrong on purpose, to see that a finding is found."""

from collections.abc import Iterator


def once(raw: bytes) -> None:
    if raw[:1] == b"K" and raw[1:2] == b"T" and raw[2:3] == b"P":
        raise RuntimeError("planted")


def seeds() -> Iterator[bytes]:
    yield b"abc"
