"""What the registry says of cards to those who keep a copy."""

from collections.abc import Sequence

from chassis.storage.postgres import Connection
from ketuk_events.catalogue import CARD_STATUS_CHANGED
from registry.audit.unit_of_work import Office
from registry.cards import store


async def announce_cards(office: Office, connection: Connection, refs: Sequence[str]) -> None:
    """Say how these cards are and, as a keyed hash, whose."""
    told = await store.announced(connection, refs, holder_key=office.card_ref_key)
    await office.announce(connection, CARD_STATUS_CHANGED, *told, owner="registry")
