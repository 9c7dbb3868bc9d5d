"""The work itself for the peers: the very handler of verification, given one message at a time.

So that opening, checks, digest, storing and the verdict are the same code in all contestants, and a peer
differs from verification in nothing but how it consumes and publishes.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from prometheus_client import CollectorRegistry

from chassis.crypto.sealing import Opener, Sealer, private_key, private_keys, public_key
from chassis.observability.logs import log_to_stdout
from chassis.runtime.settings import load
from chassis.storage.postgres import database
from verification.readings_consumer import Readings
from verification.settings import VerificationSettings
from verification.tap_judge import Bench

AT_ONCE = int(os.environ.get("BENCH_AT_ONCE", "200"))
"""Messages that a peer works on at once: its prefetch."""
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "16"))
"""To the database."""


def settings() -> VerificationSettings:
    """Those of verification, from the environment."""
    log_to_stdout(service="peer")
    return load(VerificationSettings)


@asynccontextmanager
async def judge(told: VerificationSettings) -> AsyncIterator[Readings]:
    """The handler with its pool of connections."""
    async with database(told.database_url, name="peer", size=CONNECTIONS) as pool:
        yield Readings(
            pool=pool,
            opener=Opener(keys=private_keys(told.verification_key)),
            bench=Bench(
                sealer=Sealer(
                    sender="verification",
                    identity=private_key(told.signing_key),
                    recipient=public_key(told.registry_public_key),
                ),
                card_key=bytes.fromhex(told.card_ref_key),
            ),
            clock=partial(datetime.now, UTC),
            metrics=CollectorRegistry(),
        )
