"""The input of all contestants: different readings, really read, sealed and signed; made once a day."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from bench.verification.hostile import Letter, hostile
from chassis.crypto.sealing import PrivateKey, PublicKey, Sealer
from dev.scale.load import read
from dev.stack.secret_files import private_pem, public_pem
from ketuk_events.asked import Asked
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.ktp.reading import Reading
from reader_gateway.tap.tap import Tap, new_tap_id
from simulator.issuer import Issuer
from simulator.kinds import Kind, make_card

REGION = "3372"
GATEWAYS, A_WRAP, CARDS = 200, 25, 100
KEPT = timedelta(hours=12)
"""A reading of the purpose `record` is late after a day."""


class Corpus(Struct, frozen=True, kw_only=True):
    """Letters, and what whoever judges them must know."""

    made: datetime
    verification_key: str
    """P-256, PEM: what the letters are sealed for."""
    gateways: dict[str, str]
    """Their public keys in PEM, by name."""
    issuer: str
    """The public key of whoever signed the cards, in PEM."""
    uids: tuple[bytes, ...]
    """Of the cards; all are active."""
    good: tuple[Letter, ...]
    bad: tuple[Letter, ...]
    """Malformed, hostile and unauthenticated ones."""


def corpus(file: Path, *, size: int) -> Corpus:
    """The corpus in a file, made anew where it is too old or too small."""
    if file.exists():
        found = msgspec.msgpack.decode(file.read_bytes(), type=Corpus)
        if len(found.good) >= size and datetime.now(UTC) - found.made < KEPT:
            return found
    made = _made(size)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(msgspec.msgpack.encode(made))
    return made


def _made(size: int) -> Corpus:
    issuer, recipient = Issuer.generate(), _key()
    cards = [make_card(Kind.HEALTHY, number, seed=1, issuer=issuer, other=issuer) for number in range(CARDS)]
    pcid, conf = secrets.token_bytes(16), secrets.token_bytes(32)
    readings = [read(card, issuer=issuer, pcid=pcid, conf=conf) for card in cards]
    identities = {f"bench-{number:03}": _key() for number in range(GATEWAYS)}
    mouths = [_speakers(name, key, recipient.public_key()) for name, key in identities.items()]
    good = tuple(
        _letter(next(mouths[number % GATEWAYS]), readings[number % CARDS], began=datetime.now(UTC))
        for number in range(size)
    )
    return Corpus(
        made=datetime.now(UTC),
        verification_key=private_pem(recipient),
        gateways={name: public_pem(key) for name, key in identities.items()},
        issuer=issuer.public_key_pem().decode(),
        uids=tuple(card.uid for card in cards),
        good=good,
        bad=tuple(hostile(good[: size // 9])),
    )


def _speakers(gateway: str, identity: PrivateKey, recipient: PublicKey) -> Iterator[Speaker]:
    """The gateway's voice for each of its taps, under a new wrap after every 25."""
    for spoken in count():
        if spoken % A_WRAP == 0:
            sealer = Sealer(sender=f"{REGION}.{gateway}", identity=identity, recipient=recipient)
        yield Speaker(region=REGION, gateway=gateway, epoch=1, sealer=sealer)


def _letter(speaker: Speaker, reading: Reading, *, began: datetime) -> Letter:
    asked = Asked(
        region=REGION,
        gateway=speaker.gateway,
        reader="loket-1",
        place="33.72.04.1010",
        institution=speaker.gateway,
        officer="petugas",
        purpose="record",
    )
    tap = Tap(id=new_tap_id(began), asked=asked, began=began, counter=1)
    wire = speaker.read(tap, reading, proven=True, now=began + timedelta(milliseconds=500))
    return Letter(
        user=f"{REGION}.{speaker.gateway}",
        message_id=wire.message_id,
        routing_key=wire.routing_key,
        headers=dict(wire.headers),
        body=wire.body,
    )


def _key() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
