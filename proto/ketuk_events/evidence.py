"""What one tap found: the sealed content of `card.read`.

It is sealed as a whole, for it names the card; the open part of the message only says who asked, when and
for what. The sealed part repeats that, and a difference is forgery.
"""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.asked import Asked
from ketuk_events.names import Code, TapId, Timestamp, whole


class FileReading(Struct, frozen=True, kw_only=True):
    """How the reading of one elementary file went."""

    file: Annotated[str, Meta(pattern=whole("[0-9A-F]{4}"), description="File identifier, such as 6FF2.")]
    state: Annotated[
        Code,
        Meta(description="read, damaged, missing, removed (the card left), reader-gone, slow."),
    ]


class Finding(Struct, frozen=True, kw_only=True):
    """What a device said on one question."""

    result: Annotated[Code, Meta(description="passed, failed or not-done.")]
    code: Annotated[
        Code, Meta(description="Why, as in the outcome catalogue: ok, no-sam, authentication-failed …")
    ]


CAUSES = ("unknown", "photocopied", "stapled", "heat")
"""What may have befallen a card, as far as anyone can say."""


class ChipNote(Struct, frozen=True, kw_only=True):
    """What the officer noted beside a chip check."""

    cause: Annotated[
        Code, Meta(description="What the citizen says befell the card: photocopied, stapled, heat, unknown.")
    ] = CAUSES[0]
    before: Annotated[
        TapId | None, Meta(description="The check of the same card before it: this one is the *after*.")
    ] = None


class Evidence(Struct, frozen=True, kw_only=True):
    """The findings of one tap, and the card's data that the purpose needs."""

    tap: str
    asked: Asked
    began: Timestamp
    ended: Timestamp
    answer: Annotated[
        Code,
        Meta(
            description="ktp-el; other (another kind of card); none (no answer); removed (gone too soon); "
            "reader-gone; in-use (by another programme); terminal-error; terminal-hangs."
        ),
    ]
    reader_proven: Annotated[bool, Meta(description="The reader read a KTP-el within ten minutes.")]
    files: Annotated[tuple[FileReading, ...], Meta(max_length=16)]
    authentication: Finding
    signature: Finding
    holder: Finding = Finding(result="not-done", code="not-asked")
    tries: Annotated[int, Meta(ge=0, le=1_000, description="Fingers that did not match.")] = 0
    chip: Annotated[ChipNote | None, Meta(description="Of a chip check.")] = None
    uid: Annotated[bytes, Meta(max_length=16)] | None = None
    biodata: (
        Annotated[
            str,
            Meta(
                max_length=8192,
                description="EF 6FF1 as it is: 21 quoted fields; UTF-8, or Latin-1 where it is none.",
            ),
        ]
        | None
    ) = None
    signature_file: Annotated[bytes, Meta(max_length=256, description="EF 6FF6.")] | None = None
    photo: (
        Annotated[
            bytes,
            Meta(
                max_length=32_000,
                description="EF 6FF2 without its length, beside a signature file alone: it is signed too.",
            ),
        ]
        | None
    ) = None


class Person(Struct, frozen=True, kw_only=True):
    """The sealed content of `tap.judged` for the registry: whose card it was."""

    tap: str
    asked: Asked
    attributes: Annotated[dict[str, str], Meta(description="Biodata by name: nik, name, address …")]
