"""What sealing and opening 4 KB costs: 200 gateways, 25 messages a wrap, opened as they would arrive."""

import secrets
import time
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from bench.verification.corpus import A_WRAP, GATEWAYS
from bench.verification.results import Sealing
from chassis.crypto.sealing import Opener, Sealer
from dev.stack.secret_files import public_pem

CONTENT_BYTES = 4_096
EARLIER = timedelta(hours=2)
"""So long before now no wrap of now was made."""


def sealing() -> Sealing:
    """Measure once. The opener has met each gateway before, under a wrap of its own."""
    now, content = datetime.now(UTC), secrets.token_bytes(CONTENT_BYTES)
    recipient = ec.generate_private_key(ec.SECP256R1())
    opener = Opener(keys=(recipient,))
    identities = [ec.generate_private_key(ec.SECP256R1()) for _ in range(GATEWAYS)]
    known = [public_pem(identity) for identity in identities]
    sealers = [
        Sealer(sender=f"3372.bench-{number:03}", identity=identity, recipient=recipient.public_key())
        for number, identity in enumerate(identities)
    ]
    for sealer, identity in zip(sealers, known, strict=True):
        before = sealer.seal(content, now=now - EARLIER)
        opener.open(before, sender=sealer.sender, identities=identity, sealed_at=now - EARLIER)
    began = time.process_time()
    sealed = [[sealer.seal(content, now=now) for sealer in sealers]]
    first_sealed = time.process_time() - began
    began = time.process_time()
    sealed += [[sealer.seal(content, now=now) for sealer in sealers] for _ in range(A_WRAP - 1)]
    rest_sealed = time.process_time() - began
    spent = []
    for row in sealed:
        began = time.process_time()
        for each, identity in zip(row, known, strict=True):
            opener.open(each, sender=each.wrap.sender, identities=identity, sealed_at=now)
        spent.append(time.process_time() - began)
    rest = GATEWAYS * (A_WRAP - 1)
    return Sealing(
        seal_on_cached_wrap=rest_sealed / rest,
        seal_on_new_wrap=first_sealed / GATEWAYS,
        open_on_cached_wrap=sum(spent[1:]) / rest,
        open_on_new_wrap=spent[0] / GATEWAYS,
    )
