"""Publish a key, which others seal for or check against, and withdraw it."""

from datetime import UTC, datetime

from msgspec import structs

from chassis.crypto.root_key import is_signed
from chassis.crypto.sealing import PublicKey
from ketuk_events.catalogue import KEY_PUBLISHED
from ketuk_events.projection import KeyPublished
from registry.audit.unit_of_work import Office
from registry.keys import store as keys
from registry.keys.recipients import recipients
from registry.kit.errors import NotPossible, Unfit, Unknown


async def publish_key(office: Office, key: KeyPublished, *, root: PublicKey | None) -> KeyPublished:
    """Publish a key, or change its validity; its version is given here.

    Raises Unfit where the city's root did not sign a key to seal for, or where it is published already as
    another's, and NotPossible for one that was withdrawn.
    """
    if key.use == "seal" and (root is None or not is_signed(key, root=root)):
        raise Unfit("the key is not signed by the city's root")
    async with office.deciding() as connection:
        await keys.lock(connection)
        before = next((each for each in await keys.all_keys(connection) if each.key_id == key.key_id), None)
        if before is not None:
            if before.withdrawn:
                raise NotPossible("the key was withdrawn")
            if (before.use, before.owner) != (key.use, key.owner):
                raise Unfit("the key is published for another use or owner")
            same = structs.replace(
                key, version=before.version, root_signature=before.root_signature, withdrawn=False
            )
            if same == before:
                return before
        published = structs.replace(key, version=1 if before is None else before.version + 1)
        await keys.save(connection, published)
        await office.announce(connection, KEY_PUBLISHED, published, owner=published.owner)
    return published


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
