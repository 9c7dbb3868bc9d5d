"""A file of residents, cut into parts that the registry takes one at a time; never held whole."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

COLUMNS = (
    "nik", "name", "born", "sex", "place", "obliged_from", "obliged_until",
    "recorded", "sent", "received", "checked", "ready", "printed", "activated",
)  # fmt: skip
MENDING = ("line", "reason")
"""May follow; what they hold is not sent."""
LONGEST_LINE = 4_000
PART_BYTES = 900_000
_NIK = 16
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
        number = 1
        while block := self.file.read(PART_BYTES):
            if not block.endswith(b"\n"):
                block += self.file.readline(LONGEST_LINE)
            lines = block.split(b"\n")
            if not lines[-1]:
                lines.pop()
            if self._are_plain(lines):
                yield self._part(lines, range(number + 1, number + 1 + len(lines)), ())
                number += len(lines)
            else:
                part, number = self._one_by_one(block, number)
                yield part

    def _are_plain(self, lines: Sequence[bytes]) -> bool:
        """Whether each has a NIK of its own and nothing odd; the NIKs are known from then on."""
        niks = b"".join(line[:_NIK] for line in lines)
        if (
            not niks.isdigit()
            or len(niks) != _NIK * len(lines)
            or any(line[_NIK : _NIK + 1] != b"," for line in lines)
            or any(b"\r" in line for line in lines)
            or max(map(len, lines)) >= LONGEST_LINE
        ):
            return False
        new = {int(line[:_NIK]) for line in lines}
        if len(new) < len(lines) or not self._seen.isdisjoint(new):
            return False
        self._seen |= new
        return True

    def _one_by_one(self, block: bytes, number: int) -> tuple[Part, int]:
        lines: list[bytes] = []
        numbers: list[int] = []
        bad: list[Bad] = []
        within = BytesIO(block)
        while line := within.readline(LONGEST_LINE):
            number += 1
            whole = line.rstrip(b"\r\n")
            if whole == line and len(line) == LONGEST_LINE:
                if not _skip_line(within):
                    _skip_line(self.file)
                bad.append(Bad(line=number, text=line[:200], reason=TOO_LONG))
            elif b"\r" in whole:
                bad.append(Bad(line=number, text=whole.replace(b"\r", b" "), reason=RETURN))
            elif whole and self._is_second(whole):
                bad.append(Bad(line=number, text=whole, reason=TWICE))
            elif whole:
                lines.append(whole)
                numbers.append(number)
        return self._part(lines, numbers, bad), number

    def _part(self, lines: Sequence[bytes], numbers: Sequence[int], bad: Sequence[Bad]) -> Part:
        return Part(body=b"\n".join(lines), numbers=numbers, bad=bad, read=self.file.tell())

    def _is_second(self, line: bytes) -> bool:
        nik = line.split(b",", 1)[0].strip(b'"')
        if len(nik) != _NIK or not nik.isdigit():
            # the registry says what is wrong with it
            return False
        if int(nik) in self._seen:
            return True
        self._seen.add(int(nik))
        return False


def _skip_line(file: BinaryIO) -> bool:
    """Go behind the next line end; False where there is none."""
    while more := file.readline(1 << 16):
        if more.endswith(b"\n"):
            return True
    return False
