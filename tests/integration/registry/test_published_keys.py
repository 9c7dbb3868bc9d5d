"""Published keys: who may publish which, and who hears of it."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.root_key import is_signed, signed
from chassis.crypto.sealing import key_id, private_key, public_key
from chassis.messaging.broker import EVENTS
from dev.stack.secret_files import public_pem
from ketuk_events.names import to_timestamp
from ketuk_events.projection import KeyPublished, SnapshotPart
from registry import republisher as retelling
from tests.integration.registry.case import Case, all_of, next_of, until
from tests.integration.registry.test_snapshots import request


def root(case: Case) -> ec.EllipticCurvePrivateKey:
    return private_key((Path(case.stack["SECRETS_DIR"]) / "root" / "key.pem").read_text())


def body(
    *,
    use: str,
    owner: str,
    key: ec.EllipticCurvePrivateKey | None = None,
    by: ec.EllipticCurvePrivateKey | None = None,
    days: int = 30,
) -> dict[str, Any]:
    """A key as it is sent to be published, signed by a root where one is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    told = KeyPublished(
        key_id=key_id(key.public_key()),
        use=use,
        owner=owner,
        public_key=public_pem(key),
        valid_from=to_timestamp(now - timedelta(hours=1)),
        valid_until=to_timestamp(now + timedelta(days=days)),
        version=0,
    )
    told = told if by is None else signed(told, root=by)
    return {
        "use": use,
        "owner": owner,
        "public_key": told.public_key,
        "valid_from": told.valid_from,
        "valid_until": told.valid_until,
        "root_signature": base64.b64encode(told.root_signature).decode(),
    }


async def test_a_key_is_published_changed_withdrawn_and_each_step_told_with_its_version(shared: Case) -> None:
    heard = await shared.services.declare_queue(exclusive=True)
    await heard.bind(EVENTS, "key.published.v1.3372.penerbit")
    key = ec.generate_private_key(ec.SECP256R1())
    first = body(use="issuer", owner="penerbit", key=key)
    longer = {**first, "valid_until": body(use="issuer", owner="penerbit", days=60)["valid_until"]}
    one = await shared.done("POST", "/v1/published-keys", first)
    assert await shared.done("POST", "/v1/published-keys", first) == one
    two = await shared.done("POST", "/v1/published-keys", longer)
    three = await shared.done("POST", f"/v1/published-keys/{one['key_id']}/withdraw")
    assert await shared.done("POST", f"/v1/published-keys/{one['key_id']}/withdraw") == three
    again = await shared.ask("POST", "/v1/published-keys", first)
    told = [msgspec.json.decode((await next_of(heard)).body, type=KeyPublished) for _ in range(3)]
    assert await all_of(heard) == []
    listed = await shared.done("GET", "/v1/published-keys")
    assert one["key_id"] == key_id(key.public_key())
    assert [(each.version, each.withdrawn) for each in told] == [(1, False), (2, False), (3, True)]
    assert told == [msgspec.convert(each, KeyPublished) for each in (one, two, three)]
    assert (again.status, again.body["detail"]) == (409, "the key was withdrawn")
    assert three in listed


async def test_a_key_to_seal_for_needs_the_signature_of_the_root(shared: Case) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    for by in (None, stranger):
        answer = await shared.ask("POST", "/v1/published-keys", body(use="seal", owner="verification", by=by))
        assert (answer.status, answer.body["detail"]) == (422, "the key is not signed by the city's root")
    published = await shared.done(
        "POST", "/v1/published-keys", body(use="seal", owner="verification", by=root(shared))
    )
    assert shared.settings.root_public_key is not None
    told = msgspec.convert(published, KeyPublished)
    assert is_signed(told, root=public_key(shared.settings.root_public_key))


async def test_without_a_root_no_key_to_seal_for_is_published(case: Case) -> None:
    async with case.running(root_public_key=None):
        answer = await case.ask(
            "POST", "/v1/published-keys", body(use="seal", owner="verification", by=root(case))
        )
    assert answer.status == 422


async def test_the_last_key_for_which_one_can_seal_is_not_withdrawn(shared: Case) -> None:
    first, expired, next_ = [
        await shared.done(
            "POST", "/v1/published-keys", body(use="seal", owner="arsip", by=root(shared), days=days)
        )
        for days in (30, 0, 30)
    ][:3]
    done = await shared.done("POST", f"/v1/published-keys/{first['key_id']}/withdraw")
    refused = await shared.ask("POST", f"/v1/published-keys/{next_['key_id']}/withdraw")
    assert done["withdrawn"]
    assert expired["valid_until"] < to_timestamp(datetime.now(UTC))
    assert refused.status == 409


@pytest.mark.parametrize(
    "changed",
    [
        {"public_key": "no key"},
        {"use": "other"},
        {"valid_until": "2020-01-01T00:00:00Z"},
        {"valid_until": "2099-01-01T00:00:00"},
        {"owner": "UPPER"},
        {"root_signature": "not base64!"},
        {"withdrawn": True},
    ],
)
async def test_a_key_that_cannot_be_so_is_refused(shared: Case, changed: dict[str, Any]) -> None:
    answer = await shared.ask("POST", "/v1/published-keys", body(use="issuer", owner="penerbit") | changed)
    unknown = await shared.ask("POST", f"/v1/published-keys/{'0' * 16}/withdraw")
    assert answer.status == 422
    assert unknown.status == 404


async def test_a_snapshot_holds_every_key_the_withdrawn_ones_too(shared: Case) -> None:
    heard = await shared.services.declare_queue(exclusive=True)
    await heard.bind(EVENTS, "snapshot.part.v1.3372.verification")
    one, two = [
        await shared.done("POST", "/v1/published-keys", body(use="issuer", owner="penerbit"))
        for _ in range(2)
    ]
    await shared.done("POST", f"/v1/published-keys/{two['key_id']}/withdraw")
    await shared.judge(request())
    part = msgspec.json.decode((await next_of(heard)).body, type=SnapshotPart)
    states = {key.key_id: key.withdrawn for key in part.keys}
    assert (states[one["key_id"]], states[two["key_id"]]) == (False, True)


async def test_a_gateway_that_was_away_is_told_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retelling, "AGAIN_SECONDS", 0.2)
    async with case.running():
        key = await case.done(
            "POST", "/v1/published-keys", body(use="seal", owner="verification", by=root(case))
        )
        heard = await case.services.declare_queue(exclusive=True)
        await heard.bind(EVENTS, "key.published.v1.3372.verification")

        async def told() -> bool:
            message = await next_of(heard)
            return bool(msgspec.json.decode(message.body, type=KeyPublished).key_id == key["key_id"])

        await until(told, what="the key, once more")
