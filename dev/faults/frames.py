"""Where the frames of AMQP 0-9-1 end in a stream, so that a cut can be made inside one."""

GREETING = 8
"""Bytes that a client says before its first frame: `AMQP` and the version."""
_HEADER, _END = 7, 1
_SIZE = slice(3, 7)


class Frames:
    """Follows one direction of a connection."""

    def __init__(self, *, greeting: int = 0) -> None:
        """`greeting`: bytes that come before the first frame."""
        self._left = greeting
        self._header = b""

    def ends(self, data: bytes) -> list[int]:
        """Move on by what has passed; the places in it right behind the end of a frame."""
        found, place = [], 0
        while place < len(data):
            if self._left == 0:
                piece = data[place : place + _HEADER - len(self._header)]
                self._header += piece
                place += len(piece)
                if len(self._header) == _HEADER:
                    self._left = int.from_bytes(self._header[_SIZE]) + _END
                    self._header = b""
                continue
            step = min(self._left, len(data) - place)
            self._left -= step
            place += step
            if self._left == 0:
                found.append(place)
        return found


def inside(data: bytes, ends: list[int], *, share: float) -> int | None:
    """A place in the data, about at a share of it, that is inside a frame; None where there is none."""
    place = max(1, int(share * len(data)))
    # no frame is a single byte
    return next(
        (each for each in (place, place + 1, place - 1) if 0 < each < len(data) and each not in ends), None
    )
