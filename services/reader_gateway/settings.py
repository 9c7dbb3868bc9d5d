"""What a gateway is told: who it is, which readers are its own, and its keys."""

from pathlib import Path

from msgspec import Struct, convert
from pydantic import Field, ValidationInfo, field_validator

from chassis.seal import private_key, public_key
from chassis.settings import ServedSettings
from ketuk_events.names import Identifier, PlaceCode, Region


class ReaderSlots(Struct, frozen=True):
    """The PC/SC slots of one reader, as patterns over PC/SC's names (`*` and `?`)."""

    card: str
    sam: str | None = None


class GatewaySettings(ServedSettings):
    """Settings of the reader gateway; each is `KETUK_<NAME>` or a secret file."""

    region: str
    gateway: str
    institution: str
    place: str
    officer: str = "petugas"
    """Who stands at the counter, until officers sign in."""
    purpose: str = "record"
    """What taps are for, until the officer chooses another purpose."""
    readers: dict[str, ReaderSlots]
    """Reader's name to its slots, such as `{"loket-1": {"card": "ACS * 00 00", "sam": "ACS * 01 00"}}`."""
    amqp_url: str
    spool: Path
    http_port: int = 8001
    answer_seconds: float = Field(default=5.0, gt=0)
    """How long a chip may take to answer before it counts as silent."""
    identity_key: str
    """Secret: P-256, PEM."""
    verification_public_key: str
    """P-256, PEM: evidence is sealed for it."""
    sam_pcid: str | None = Field(default=None, pattern="^[0-9a-fA-F]{32}$")
    """Secret: 16 bytes in hex. Without PCID and CONF no SAM is opened."""
    sam_conf: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """Secret: 32 bytes in hex."""

    @field_validator("readers", mode="before")
    @classmethod
    def _are_slots(cls, value: object) -> object:
        return convert(value, dict[Identifier, ReaderSlots])

    @field_validator("region", "gateway", "institution", "place", "officer", "purpose")
    @classmethod
    def _is_a_name(cls, value: str, info: ValidationInfo) -> str:
        kinds = {"region": Region, "place": PlaceCode}
        return str(convert(value, kinds.get(str(info.field_name), Identifier)))

    @field_validator("identity_key")
    @classmethod
    def _is_private(cls, pem: str) -> str:
        private_key(pem)
        return pem

    @field_validator("verification_public_key")
    @classmethod
    def _is_public(cls, pem: str) -> str:
        public_key(pem)
        return pem
