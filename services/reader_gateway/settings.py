"""What a gateway is told: who it is, which readers are its own, and its keys."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, convert
from pydantic import Field, ValidationInfo, field_validator

from chassis.crypto.sealing import private_key, public_key
from chassis.runtime.settings import ServedSettings
from ketuk_events.names import Identifier, PlaceCode, Region
from ketuk_events.readers import MOST_READERS
from reader_gateway.ktp.purpose_files import NEEDS


class ReaderSlots(Struct, frozen=True):
    """The PC/SC slots of one reader, as patterns over PC/SC's names (`*` and `?`)."""

    card: str
    sam: str | None = None
    """Of the SAMs that it may use: in its own other slot, in another reader, or several that are shared."""


class TerminalPort(Struct, frozen=True, forbid_unknown_fields=True):
    """A KTP-el terminal on a serial line."""

    terminal: Annotated[str, Meta(min_length=1)]
    """The ports at which it may be, as a pattern over their paths (`*` and `?`)."""


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
    terminal_operator: str | None = Field(default=None, pattern="^[0-9A-Za-z._-]{1,19}$")
    """The officer's id in a KTP-el terminal; without it the officer's name here."""
    terminal_operator_nik: str | None = Field(default=None, pattern="^[0-9]{16}$")
    """Secret: the officer's NIK, without which a KTP-el terminal gives no biodata and compares no finger."""
    readers: Annotated[dict[str, ReaderSlots | TerminalPort], Field(max_length=MOST_READERS)]
    """Reader's name to its slots, such as `{"loket-1": {"card": "ACS * 00 00", "sam": "ACS * 01 00"}}`, or to
    a terminal's port, such as `{"loket-2": {"terminal": "/dev/ttyUSB*"}}`."""
    amqp_url: str
    spool: Path
    http_port: int = 8001
    answer_seconds: float = Field(default=5.0, gt=0)
    """How long a chip may take to answer before it counts as silent."""
    read_seconds: float = Field(default=20.0, gt=0)
    """How long a whole reading may take: twice what deployed readers need."""
    identity_key: str
    """Secret: P-256, PEM."""
    verification_public_key: str
    """P-256, PEM: evidence is sealed for it until the registry publishes a newer one."""
    root_public_key: str | None = None
    """P-256, PEM, of the city's root; without it no other key counts."""
    sam_pcid: str | None = Field(default=None, pattern="^[0-9a-fA-F]{32}$")
    """Secret: 16 bytes in hex. Without PCID and CONF no SAM is opened."""
    sam_conf: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """Secret: 32 bytes in hex."""
    sam_wait_seconds: float = Field(default=5.0, gt=0)
    """How long a reading waits for a SAM that other readers use."""
    matcher: Path | None = None
    """UNIX socket of the institution's fingerprint matcher; without one no finger is read or compared."""

    @field_validator("readers", mode="before")
    @classmethod
    def _are_readers(cls, value: object) -> object:
        named = convert(value, dict[Identifier, dict[str, object]])
        return {
            name: convert(reader, TerminalPort if "terminal" in reader else ReaderSlots)
            for name, reader in named.items()
        }

    @field_validator("readers")
    @classmethod
    def _have_an_operator(
        cls, readers: dict[str, ReaderSlots | TerminalPort], info: ValidationInfo
    ) -> dict[str, ReaderSlots | TerminalPort]:
        operator = info.data.get("terminal_operator_nik", "")
        if operator is None and any(isinstance(reader, TerminalPort) for reader in readers.values()):
            raise ValueError("a terminal needs KETUK_TERMINAL_OPERATOR_NIK")
        return readers

    @field_validator("region", "gateway", "institution", "place", "officer", "purpose")
    @classmethod
    def _is_a_name(cls, value: str, info: ValidationInfo) -> str:
        kinds = {"region": Region, "place": PlaceCode}
        return str(convert(value, kinds.get(str(info.field_name), Identifier)))

    @field_validator("purpose")
    @classmethod
    def _is_a_purpose(cls, value: str) -> str:
        if value not in NEEDS:
            raise ValueError(f"is none of {', '.join(NEEDS)}")
        return value

    @field_validator("identity_key")
    @classmethod
    def _is_private(cls, pem: str) -> str:
        private_key(pem)
        return pem

    @field_validator("verification_public_key", "root_public_key")
    @classmethod
    def _is_public(cls, pem: str | None) -> str | None:
        if pem is not None:
            public_key(pem)
        return pem
