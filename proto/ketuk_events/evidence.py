"""What one tap found: the sealed content of `card.read`.

It is sealed as a whole, for it names the card; the open part of the message only says who asked, when and
for what. The sealed part repeats that, and a difference is forgery.
"""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.asked import Asked
from ketuk_events.names import Code, Timestamp


class FileReading(Struct, frozen=True, kw_only=True):
    """How the reading of one elementary file went."""

    file: Annotated[str, Meta(pattern="^[0-9A-F]{4}$", description="File identifier, such as 6FF2.")]
    state: Annotated[Code, Meta(description="read, damaged, missing, removed (the card left), not-read.")]


class Finding(Struct, frozen=True, kw_only=True):
    """What a device said on one question."""

    result: Annotated[Code, Meta(description="passed, failed or not-done.")]
    code: Annotated[
        Code, Meta(description="Why, as in the outcome catalogue: ok, no-sam, authentication-failed …")
    ]


class Evidence(Struct, frozen=True, kw_only=True):
    """The findings of one tap, and the card's data that the purpose needs."""

    tap: str
    asked: Asked
    began: Timestamp
    ended: Timestamp
    answer: Annotated[
        Code,
        Meta(description="ktp-el; other (another kind of card); none (no answer); removed (gone too soon)."),
    ]
    reader_proven: Annotated[bool, Meta(description="The reader read a KTP-el within ten minutes.")]
    files: tuple[FileReading, ...]
    authentication: Finding
    signature: Finding
    uid: Annotated[bytes, Meta(max_length=16)] | None = None
    biodata: (
        Annotated[str, Meta(max_length=8192, description="EF 6FF1 as it is: 21 quoted fields.")] | None
    ) = None
    signature_file: Annotated[bytes, Meta(max_length=256, description="EF 6FF6.")] | None = None


class Person(Struct, frozen=True, kw_only=True):
    """The sealed content of `tap.judged` for the registry: whose card it was."""

    tap: str
    asked: Asked
    attributes: Annotated[dict[str, str], Meta(description="Biodata by name: nik, name, address …")]
