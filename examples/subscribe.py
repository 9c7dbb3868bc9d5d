"""Print each verified event of an agency: `subscribe.py amqp://…/ketuk-agencies?queue=NAME KEYS.jwks`."""

import asyncio
import json
import sys
from pathlib import Path

import aio_pika
from joserfc import jwe, jwk, jws
from yarl import URL


async def subscribe(url: URL, keys: jwk.KeySet) -> None:
    """Print and acknowledge events until interrupted; raises where one is not what Ketuk signed."""
    async with await aio_pika.connect(str(url.with_query(None))) as connection:
        queue = await (await connection.channel()).get_queue(url.query["queue"], ensure=False)
        async with queue.iterator() as messages:
            async for message in messages:
                signature = str(message.headers["ketuk-signature"])
                jws.deserialize_compact(signature, keys, ["ES256"], payload=message.body)
                event = json.loads(message.body)
                if (data := event["data"]).get("audience", url.user) != url.user:
                    raise ValueError("this event was written for another institution")
                if sealed := data["attributes"]:
                    data["attributes"] = json.loads(jwe.decrypt_compact(sealed, keys).plaintext or b"null")
                print(json.dumps(event), flush=True)  # noqa: T201  printing is its job
                await message.ack()


asyncio.run(subscribe(URL(sys.argv[1]), jwk.KeySet.import_key_set(json.loads(Path(sys.argv[2]).read_text()))))
