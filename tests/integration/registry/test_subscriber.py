import asyncio
import json
import sys
from pathlib import Path

from yarl import URL

from tests.integration.registry.case import PERSON, Case

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
        lines = [await asyncio.wait_for(subscriber.stdout.readline(), 60) for _ in range(2)]
    finally:
        subscriber.kill()
        await subscriber.wait()
    verified, refused = sorted((json.loads(line) for line in lines), key=lambda event: event["type"])[::-1]
    assert verified["data"]["attributes"] == {"nik": PERSON["nik"], "name": PERSON["name"]}
    assert refused["data"]["attributes"] is None


def test_the_example_has_at_most_thirty_lines() -> None:
    assert len(SUBSCRIBER.read_text().splitlines()) <= 30
