"""A file of residents, cut into parts that the registry takes one at a time; never held whole."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

COLUMNS = (
    "nik", "name", "born", "sex", "place", "obliged_from", "obliged_until",
    "recorded", "sent", "received", "checked", "ready", "printed", "activated",
)  # fmt: skip
MENDING = ("line", "reason")
"""May follow; what they hold is not sent."""
LONGEST_LINE = 4_000
PART_BYTES = 900_000
_BOM = b"\xef\xbb\xbf"
TOO_LONG = "baris terlalu panjang dan dipotong / the line is too long and was cut"
RETURN = "ada pergantian baris di dalam baris / there is a line end within the line"
TWICE = "NIK muncul dua kali dalam berkas / the NIK occurs twice in the file"


class NotThisFormat(Exception):
    """The file as a whole cannot be read; `str()` says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """A line that was refused, as it goes into the file to be mended."""

    line: int
    text: bytes
    reason: str

    def written(self, *, mended: bool) -> bytes:
        """As a line of CSV, whatever bytes it held."""
        text = self.text.decode(errors="backslashreplace")
        if mended and text.count(",") > len(COLUMNS):
            # it came back with reasons of its own, which hold no comma
            text = text.rsplit(",", len(MENDING))[0]
        return f"{text},{self.line},{self.reason}\n".encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Lines that are sent together."""

    body: bytes
    numbers: Sequence[int]
    """Of each line in the file."""
    bad: Sequence[Bad]
    """Those between them that are not worth sending."""
    read: int
    """Bytes of the file up to here."""

    def refused(self, row: int, reason: str) -> Bad:
        """A line of the body that the registry refused."""
        return Bad(line=self.numbers[row], text=self.body.splitlines()[row], reason=reason)


@dataclass(kw_only=True, slots=True)
class ResidentFile:
    """The parts of an open file."""

    file: BinaryIO
    mended: bool = False
    """Whether it has the columns of a file of refused lines."""
    _seen: set[int] = field(default_factory=set)

    def read_header(self) -> None:
        """Read the first line. Raises NotThisFormat."""
        first = self.file.readline(LONGEST_LINE).removeprefix(_BOM)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise NotThisFormat("berkas UTF-16; simpan sebagai CSV UTF-8 / the file is UTF-16, not UTF-8")
        names = tuple(next(csv.reader([first.decode(errors="replace").strip()]), ()))
        if names not in {COLUMNS, (*COLUMNS, *MENDING)}:
            raise NotThisFormat(
                f"kolom salah, seharusnya / wrong columns, there must be: {','.join(COLUMNS)}"
            )
        self.mended = names != COLUMNS

    def parts(self) -> Iterator[Part]:
        """All the rest, in order."""
        lines: list[bytes] = []
        numbers: list[int] = []
        bad: list[Bad] = []
        size, number = 0, 1
        while line := self.file.readline(LONGEST_LINE):
            number += 1
            whole = line.rstrip(b"\r\n")
            if whole == line and len(line) == LONGEST_LINE:
                self._skip_line()
                bad.append(Bad(line=number, text=line[:200], reason=TOO_LONG))
            elif b"\r" in whole:
                bad.append(Bad(line=number, text=whole.replace(b"\r", b" "), reason=RETURN))
            elif whole and self._is_second(whole):
                bad.append(Bad(line=number, text=whole, reason=TWICE))
            elif whole:
                lines.append(whole)
                numbers.append(number)
                size += len(whole) + 1
            if size >= PART_BYTES or len(bad) >= LONGEST_LINE:
                yield self._part(lines, numbers, bad)
                lines, numbers, bad, size = [], [], [], 0
        yield self._part(lines, numbers, bad)

    def _part(self, lines: list[bytes], numbers: list[int], bad: list[Bad]) -> Part:
        return Part(body=b"\n".join(lines), numbers=numbers, bad=bad, read=self.file.tell())

    def _skip_line(self) -> None:
        while (more := self.file.readline(1 << 16)) and not more.endswith(b"\n"):
            pass

    def _is_second(self, line: bytes) -> bool:
        nik = line.split(b",", 1)[0].strip(b'"')
        if len(nik) != 16 or not nik.isdigit():  # noqa: PLR2004  the registry says what is wrong with it
            return False
        if int(nik) in self._seen:
            return True
        self._seen.add(int(nik))
        return False
