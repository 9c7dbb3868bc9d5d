"""What verification is told."""

from pydantic import Field, field_validator

from chassis.crypto.sealing import private_keys, public_key
from chassis.runtime.settings import ServedSettings


class VerificationSettings(ServedSettings):
    """Settings of verification; each is `KETUK_<NAME>` or a secret file."""

    region: str = Field(pattern="^[0-9]{2,10}$")
    amqp_url: str
    database_url: str
    http_port: int = 8002
    verification_key: str
    """Secret: P-256, PEM; opens evidence. While it is replaced the new one and below it the old one."""
    signing_key: str
    """Secret: P-256, PEM; signs what is sealed for the registry."""
    registry_public_key: str
    """P-256, PEM: personal data is sealed for it until the registry publishes a newer one."""
    root_public_key: str | None = None
    """P-256, PEM, of the city's root; without it no other key counts."""
    card_ref_key: str = Field(pattern="^[0-9a-f]{64}$")
    """Secret: 32 bytes in hex; the registry has the same."""
    decisions_kept_days: int = Field(default=190, ge=30, le=3650)
    """For how long what was decided on a tap is kept; whole months go, so up to a month longer."""
    persons_kept_days: int = Field(default=35, ge=2, le=3650)
    """For how long the person is kept that is sealed in a decision for the registry."""

    @field_validator("verification_key", "signing_key")
    @classmethod
    def _is_private(cls, pem: str) -> str:
        private_keys(pem)
        return pem

    @field_validator("registry_public_key", "root_public_key")
    @classmethod
    def _is_public(cls, pem: str | None) -> str | None:
        if pem is not None:
            public_key(pem)
        return pem
