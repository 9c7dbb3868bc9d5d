"""Withdraw a key: it counts no more, and never will again."""

from datetime import UTC, datetime

from msgspec import structs

from ketuk_events.catalogue import KEY_PUBLISHED
from ketuk_events.projection import KeyPublished
from registry.audit.unit_of_work import Office
from registry.keys import store as keys
from registry.keys.recipients import recipients
from registry.kit.errors import NotPossible, Unknown


async def withdraw_key(office: Office, *, key_id: str) -> KeyPublished:
    """Withdraw it; one that is withdrawn stays so.

    Raises Unknown, or NotPossible where its owner would have no key left for which others can seal.
    """
    now = datetime.now(UTC)
    async with office.deciding() as connection:
        await keys.lock(connection)
        known = {each.key_id: each for each in await keys.all_keys(connection)}
        before = known.get(key_id)
        if before is None:
            raise Unknown(f"no key {key_id} is published")
        if before.withdrawn:
            return before
        others = [each for each in known.values() if each.key_id != key_id]
        if before.use == "seal" and not recipients(others, owner=before.owner, now=now):
            raise NotPossible(f"publish another key of {before.owner} first: nothing could be sealed for it")
        withdrawn = structs.replace(before, withdrawn=True, version=before.version + 1)
        await keys.save(connection, withdrawn)
        await office.announce(connection, KEY_PUBLISHED, withdrawn, owner=withdrawn.owner)
    return withdrawn
