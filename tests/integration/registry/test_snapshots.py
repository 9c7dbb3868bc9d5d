from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from chassis.messaging.broker import EVENTS
from dev.contract.examples import examples
from ketuk_events.catalogue import SNAPSHOT_REQUESTED
from ketuk_events.events import Wire, to_wire
from ketuk_events.projection import SnapshotPart
from registry import snapshots
from registry.pseudonyms.card_refs import card_ref, holder_ref
from tests.integration.registry.case import Case, all_of, until
from tests.integration.registry.test_cards import resident


def request() -> Wire:
    return to_wire(replace(examples()[SNAPSHOT_REQUESTED], id=uuid4(), owner="verification"))


async def test_a_snapshot_holds_every_card_and_gateway_in_numbered_parts(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CARDS_IN_A_PART", 2)
    monkeypatch.setattr(snapshots, "GATEWAYS_IN_A_PART", 1)
    heard = await case.services.declare_queue(exclusive=True)
    await heard.bind(EVENTS, "snapshot.part.v1.3372.verification")
    uids = [uuid4().hex[:16] for _ in range(5)]
    key = bytes.fromhex(case.settings.card_ref_key.get_secret_value())
    async with case.running():
        gateway, suspended = await case.gateway(), await case.gateway()
        await case.done("POST", f"/v1/gateways/{suspended}/suspend")
        await case.done("POST", "/v1/cards", [{"uid": uid, "status": "active"} for uid in uids])
        nik = await resident(case)
        first = card_ref(bytes.fromhex(uids[0]), key=key)
        await case.done("PUT", f"/v1/cards/{first}/holder", {"nik": nik})
        await case.judge(request())
        parts: list[SnapshotPart] = []

        async def whole() -> bool:
            parts.extend(
                msgspec.json.decode(message.body, type=SnapshotPart) for message in await all_of(heard)
            )
            return bool(parts) and len(parts) == parts[0].parts

        await until(whole, what="all parts")
    assert sorted(part.part for part in parts) == list(range(1, len(parts) + 1))
    assert len(parts) >= 4
    assert max(len(part.cards) for part in parts) == 2
    assert {len(part.approved) + len(part.suspended) for part in parts} <= {0, 1}
    known = {card.card_ref: (card.status, card.version, card.holder) for part in parts for card in part.cards}
    assert [known[card_ref(bytes.fromhex(uid), key=key)] for uid in uids] == [
        ("active", 2, holder_ref(nik, key=key)),
        *[("active", 1, None)] * 4,
    ]
    assert gateway in {each.gateway for part in parts for each in part.approved}
    assert suspended in {each.gateway for part in parts for each in part.suspended}


async def test_a_snapshot_that_verification_did_not_ask_for_is_not_given(shared: Case) -> None:
    await shared.publish(asked := request(), channel=shared.services, user="admin")
    letter = await shared.dead_letter()
    assert letter.message_id == asked.message_id
    assert letter.headers["ketuk-reason"] == "a request that verification did not make"
