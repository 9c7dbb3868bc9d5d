"""What the fuzzer wants, byte by byte."""


class Whim:
    """Gives the bytes of one input in order; where there are no more, zeros, which stand for honesty."""

    def __init__(self, raw: bytes) -> None:
        self._rest = raw

    def number(self, below: int = 256) -> int:
        head, self._rest = self._rest[:1], self._rest[1:]
        return (head[0] if head else 0) % below

    def text(self, count: int) -> bytes:
        head, self._rest = self._rest[:count], self._rest[count:]
        return head
