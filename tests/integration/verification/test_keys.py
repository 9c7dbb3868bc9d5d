"""The keys in the projection: the higher version wins, and what was withdrawn stays so."""

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.crypto.sealing import key_id, public_key
from chassis.storage.postgres import database
from dev.stack.secret_files import public_pem
from ketuk_events.projection import KeyPublished
from tests.integration.verification.bench import Bench
from verification.projection import store as projection


def issuer(version: int = 1, *, key: ec.EllipticCurvePrivateKey | None = None) -> KeyPublished:
    key = key or ec.generate_private_key(ec.SECP256R1())
    return KeyPublished(
        key_id=key_id(key.public_key()),
        use="issuer",
        owner="penerbit",
        public_key=public_pem(key),
        valid_from="2026-01-01T00:00:00.000Z",
        valid_until="2036-01-01T00:00:00.000Z",
        version=version,
    )


async def test_issuers_are_those_of_the_highest_version_that_were_not_withdrawn(bench: Bench) -> None:
    kept, gone, seal = issuer(2), issuer(), structs.replace(issuer(), use="seal")
    withdrawn = structs.replace(gone, withdrawn=True, version=2)
    async with (
        database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool,
        pool.acquire() as connection,
    ):
        await pool.execute(
            "INSERT INTO snapshot_parts (answer, part, parts) VALUES (gen_random_uuid(), 1, 1)"
        )
        assert (await projection.know(connection, gateways=())).keys == ()
        await projection.apply(connection, [kept, withdrawn, seal])
        first = await projection.know(connection, gateways=())
        older = structs.replace(kept, version=1, valid_until="2030-01-01T00:00:00.000Z")
        await projection.apply(connection, [older, gone])
        await projection.apply(connection, [structs.replace(gone, version=9)])
        knowledge = await projection.know(connection, gateways=())
    assert knowledge.issuers.are_configured
    assert [each.key for each in knowledge.issuers.keys] == [public_key(kept.public_key)]
    assert set(knowledge.keys) == {kept, withdrawn, seal}
    assert knowledge.keys is first.keys
