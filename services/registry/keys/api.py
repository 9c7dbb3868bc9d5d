"""The public keys that the registry publishes to verification and gateways."""

from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from chassis.crypto.sealing import PublicKey, key_id, public_key
from ketuk_events.names import Identifier, from_timestamp, to_timestamp
from ketuk_events.projection import KeyPublished
from registry.audit.unit_of_work import Office
from registry.keys import store as keys
from registry.keys.commands import publish_key, withdraw_key
from registry.kit.errors import Unfit
from registry.web.field_types import Moment, in_utc
from registry.web.json_io import answer, body
from registry.web.route_docs import tells


class KeyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be published; `ketuk key sign` writes such a body for a key to seal for."""

    use: Literal["seal", "sign", "issuer"]
    owner: Identifier
    public_key: Annotated[str, Meta(max_length=1000, description="P-256, PEM.")]
    valid_from: Moment
    valid_until: Moment
    root_signature: Annotated[bytes, Meta(max_length=128, description="Base64.")] = b""

    def key(self) -> KeyPublished:
        """As it is published. Raises Unfit."""
        try:
            name = key_id(public_key(self.public_key))
        except ValueError:
            raise Unfit("the public key is not a P-256 key in PEM") from None
        begins, ends = to_timestamp(in_utc(self.valid_from)), to_timestamp(in_utc(self.valid_until))
        if from_timestamp(begins) >= from_timestamp(ends):
            raise Unfit("it would end before it begins")
        return KeyPublished(
            key_id=name,
            use=self.use,
            owner=self.owner,
            public_key=self.public_key,
            valid_from=begins,
            valid_until=ends,
            root_signature=self.root_signature,
            version=0,
        )


def routes(office: Office, *, root: PublicKey | None) -> web.RouteTableDef:
    """Publish, withdraw, and look at keys; `root` signs those to seal for."""
    table = web.RouteTableDef()

    @table.get("/v1/published-keys")
    @tells("Every key that was published.", answer=list[KeyPublished])
    async def list_published_keys(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await keys.all_keys(connection))

    @table.post("/v1/published-keys")
    @tells("Publish a key.", body=KeyBody, answer=KeyPublished)
    async def post_published_key(request: web.Request) -> web.Response:
        sent = await body(request, KeyBody)
        return answer(await publish_key(office, sent.key(), root=root))

    @table.post("/v1/published-keys/{key_id:[0-9a-f]{16}}/withdraw")
    @tells("Withdraw a key.", answer=KeyPublished)
    async def post_withdraw(request: web.Request) -> web.Response:
        return answer(await withdraw_key(office, key_id=request.match_info["key_id"]))

    return table
