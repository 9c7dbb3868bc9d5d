import asyncio
import json
import sys
from pathlib import Path

import aio_pika
from yarl import URL

from tests.integration.registry.case import PERSON, Case, next_of
from tests.support.bounds import BOUND_SECONDS

SUBSCRIBER = Path(__file__).parents[3] / "examples" / "subscribe.py"


async def test_the_example_prints_each_verified_event_with_what_was_granted(shared: Case) -> None:
    folder = Path(shared.stack["SECRETS_DIR"]) / "agency-polresta-surakarta"
    agency = "polresta-surakarta"
    url = shared.stack["AMQP_AGENCY_POLRESTA_SURAKARTA_URL"]
    await (await shared.agencies.get_queue(URL(url).query["queue"], ensure=False)).purge()
    gateway = await shared.gateway()
    await shared.agree(
        agency,
        attributes=["nik", "name"],
        public_key=json.loads(await asyncio.to_thread((folder / "public.jwk").read_text)),
    )
    await shared.judge(shared.verdict(gateway), shared.verdict(gateway, outcome="refused"))
    subscriber = await asyncio.create_subprocess_exec(
        sys.executable, str(SUBSCRIBER), url, str(folder / "agency.jwks"), stdout=asyncio.subprocess.PIPE
    )
    assert subscriber.stdout is not None
    try:
        lines = [await asyncio.wait_for(subscriber.stdout.readline(), BOUND_SECONDS) for _ in range(2)]
    finally:
        subscriber.kill()
        await subscriber.wait()
    verified, refused = sorted((json.loads(line) for line in lines), key=lambda event: event["type"])[::-1]
    assert verified["data"]["attributes"] == {"nik": PERSON["nik"], "name": PERSON["name"]}
    assert refused["data"]["attributes"] is None


async def test_the_example_takes_nothing_that_was_written_for_another(shared: Case) -> None:
    folder = Path(shared.stack["SECRETS_DIR"]) / "agency-polresta-surakarta"
    url = shared.stack["AMQP_AGENCY_POLRESTA_SURAKARTA_URL"]
    queue = await shared.agencies.get_queue(URL(url).query["queue"], ensure=False)
    await queue.purge()
    other = await shared.agency()
    feed = await shared.feed(other)
    await shared.judge(shared.verdict(await shared.gateway()))
    genuine = await next_of(feed)
    passed_on = aio_pika.Message(genuine.body, headers=genuine.headers)
    await shared.agencies.default_exchange.publish(passed_on, routing_key=queue.name)
    subscriber = await asyncio.create_subprocess_exec(
        sys.executable, str(SUBSCRIBER), url, str(folder / "agency.jwks"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, said = await asyncio.wait_for(subscriber.communicate(), BOUND_SECONDS)
    assert subscriber.returncode == 1
    assert other.encode() not in printed
    assert b"written for another institution" in said
    await queue.purge()


def test_the_example_has_at_most_thirty_lines() -> None:
    assert len(SUBSCRIBER.read_text().splitlines()) <= 30
