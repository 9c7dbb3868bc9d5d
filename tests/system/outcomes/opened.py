"""Evidence in open form, without what is personal: what a gateway sent, opened with verification's key."""

from typing import Any

import msgspec

from chassis.crypto.sealing import Opener, private_keys
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.taps import CardRead
from tests.system.outcomes.house import GATEWAY, House

SENDER = f"3372.{GATEWAY}"
TAP, BEGAN, ENDED = (
    "0190a6e0-5b1c-7c3e-9d52-3f6a1b2c4d5e",
    "2026-01-05T02:00:00.000Z",
    "2026-01-05T02:00:01.000Z",
)
"""In the place of those of the run."""


def opened(house: House, body: bytes) -> Evidence:
    """The evidence of a `card.read`."""
    read = msgspec.json.decode(body, type=CardRead)
    secrets = house.stack.secrets
    content = Opener(keys=private_keys(secrets.read("verification/ketuk_verification_key"))).open(
        read.evidence,
        sender=SENDER,
        identities=secrets.read(f"gateway-{GATEWAY}/identity_public.pem"),
        sealed_at=from_timestamp(read.ended),
    )
    return msgspec.json.decode(content, type=Evidence)


def shown(evidence: Evidence) -> dict[str, Any]:
    """What of it may stand in a document, and is the same in every run."""
    asked = {"tap": TAP, "began": BEGAN, "ended": ENDED}
    personal = {
        name: None if value is None else f"({len(value)} {unit}, personal)"
        for name, value, unit in (
            ("uid", evidence.uid, "bytes"),
            ("biodata", evidence.biodata and evidence.biodata.split('","'), "fields"),
            ("signature_file", evidence.signature_file, "bytes"),
            ("photo", evidence.photo, "bytes"),
        )
    }
    return {**msgspec.to_builtins(evidence), **asked, **personal}
