"""What a gateway says of its readers and of itself, and what is said when it says nothing."""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.names import LINE, Code, Count, Identifier, PlaceCode, Region, Timestamp, Version

READER_STATES = ("ready", "card", "reading", "gone")
"""Those that are known; more may come."""
MOST_READERS = 32
"""Of one gateway."""


class ReaderState(Struct, frozen=True, kw_only=True):
    """One reader as its gateway sees it."""

    reader: Identifier
    model: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=LINE,
            description="The name that PC/SC gives it, or what a terminal says it is.",
        ),
    ]
    state: Annotated[Code, Meta(description="ready, card, reading, gone; more may come.")]
    sam: Annotated[bool, Meta(description="Whether a SAM answers for this reader.")]
    physical: Annotated[bool, Meta(description="False for a simulated reader.")]


class ReaderConnected(Struct, frozen=True, kw_only=True):
    """A reader came."""

    region: Region
    gateway: Identifier
    reader: ReaderState
    epoch: Annotated[Version, Meta(description="Counts the starts of the gateway.")]
    sequence: Annotated[Version, Meta(description="Counts within an epoch.")]


class ReaderDisconnected(Struct, frozen=True, kw_only=True):
    """A reader went."""

    region: Region
    gateway: Identifier
    reader: ReaderState
    epoch: Version
    sequence: Version


class GatewayBeat(Struct, frozen=True, kw_only=True):
    """Every 30 seconds: the gateway lives, and this is how it fares."""

    region: Region
    gateway: Identifier
    epoch: Version
    sequence: Version
    readers: Annotated[tuple[ReaderState, ...], Meta(max_length=MOST_READERS)]
    backlog: Annotated[Count, Meta(description="Messages that wait in the spool.")]
    clock: Timestamp
    version: Annotated[str, Meta(max_length=40, pattern=LINE)]


class ReaderSilent(Struct, frozen=True, kw_only=True):
    """A reader that worked is not heard of any more."""

    region: Region
    gateway: Identifier
    reader: Identifier
    institution: Identifier
    place: PlaceCode
    heard: Annotated[Timestamp, Meta(description="When its gateway was last heard of.")]
    version: Annotated[Version, Meta(description="Of the reader's life in the registry.")]
