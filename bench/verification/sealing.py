"""What sealing and opening 4 KB costs: 200 gateways, 25 messages a wrap, opened as they would arrive."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from cryptography.hazmat.primitives.asymmetric import ec

from bench.verification.corpus import A_WRAP, GATEWAYS
from bench.verification.results import Sealing
from chassis.seal import Opener, Sealer
from dev.stack.secret_files import public_pem

CONTENT_BYTES = 4_096
ROUNDS = 3


def sealing() -> Sealing:
    """Measure, the median of three rounds."""
    rounds = [_round() for _ in range(ROUNDS)]

    def middle(of: Callable[[Sealing], float]) -> float:
        return median(map(of, rounds))

    return Sealing(
        seal_on_cached_wrap=middle(lambda each: each.seal_on_cached_wrap),
        seal_on_new_wrap=middle(lambda each: each.seal_on_new_wrap),
        open_on_cached_wrap=middle(lambda each: each.open_on_cached_wrap),
        open_on_new_wrap=middle(lambda each: each.open_on_new_wrap),
    )


def _round() -> Sealing:
    now, content = datetime.now(UTC), secrets.token_bytes(CONTENT_BYTES)
    recipient = ec.generate_private_key(ec.SECP256R1())
    opener = Opener(keys=(recipient,))
    identities = [ec.generate_private_key(ec.SECP256R1()) for _ in range(GATEWAYS)]
    known = [public_pem(identity) for identity in identities]
    sealers = [
        Sealer(sender=f"3372.bench-{number:03}", identity=identity, recipient=recipient.public_key())
        for number, identity in enumerate(identities)
    ]
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
