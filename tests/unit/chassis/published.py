"""Keys as a registry publishes them."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.root_key import signed
from chassis.crypto.sealing import key_id
from dev.stack.secret_files import public_pem
from ketuk_events.projection import KeyPublished


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def published(
    key: ec.EllipticCurvePrivateKey,
    *,
    root: ec.EllipticCurvePrivateKey,
    owner: str = "verification",
    days: tuple[int, int] = (1, 28),
    withdrawn: bool = False,
    version: int = 1,
) -> KeyPublished:
    """`days`: of February 2026, the first and the last of its validity."""
    return signed(
        KeyPublished(
            key_id=key_id(key.public_key()),
            use="seal",
            owner=owner,
            public_key=public_pem(key),
            valid_from=f"2026-02-{days[0]:02}T00:00:00.000Z",
            valid_until=f"2026-02-{days[1]:02}T00:00:00.000Z",
            withdrawn=withdrawn,
            version=version,
        ),
        root=root,
    )


def february(day: int) -> datetime:
    return datetime(2026, 2, day, 12, tzinfo=UTC)
