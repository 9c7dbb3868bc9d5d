"""What the registry is told."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, IPvAnyNetwork, SecretStr, field_validator

from chassis.crypto.sealing import private_keys, public_keys
from chassis.runtime.settings import ServedSettings
from registry.places.places import file_of


def _is_private_key(pem: SecretStr) -> SecretStr:
    private_keys(pem.get_secret_value())
    return pem


def _is_public_key(pem: str) -> str:
    public_keys(pem)
    return pem


def _is_hash_key(written: SecretStr) -> SecretStr:
    if not re.fullmatch("[0-9a-f]{64}", written.get_secret_value()):
        raise ValueError("not 64 hexadecimal digits")
    return written


PrivateKeyPem = Annotated[SecretStr, AfterValidator(_is_private_key)]
HashKey = Annotated[SecretStr, AfterValidator(_is_hash_key)]


class RegistrySettings(ServedSettings):
    """Keys come from secret files, addresses from the environment."""

    region: str
    """Kemendagri code without dots."""
    amqp_url: str
    agencies_amqp_url: str
    database_url: str
    http_port: int = 8083
    registry_key: PrivateKeyPem
    """Opens what verification seals for the registry; while it is replaced the new one, then the old one."""
    verification_signing_public_key: Annotated[str, AfterValidator(_is_public_key)]
    root_public_key: Annotated[str, AfterValidator(_is_public_key)] | None = None
    """Of the city's root, which signs the keys for which others seal; without it none can be published."""
    card_ref_key: HashKey
    """Under which a card's UID becomes its `card_ref`; verification has the same."""
    agency_signing_key: PrivateKeyPem
    """Signs what agencies receive."""
    pseudonym_key: HashKey
    pseudonym_key_version: int = Field(default=1, ge=1)
    beat_seconds: float = Field(default=30.0, gt=0, le=3600)
    """How often gateways say that they live; a reader is silent within two of these."""
    api_token: SecretStr = Field(min_length=16)
    """Of the first operator, who adds people and issues tokens."""
    web_servers: tuple[IPvAnyNetwork, ...] = ()
    """Networks, as JSON, of the web servers that stand before it: whom they speak for is believed."""
    requests_per_second: float = Field(default=100, gt=0)
    """Of one actor, at this process, in the long run; three times as many at once."""
    sign_ins_per_second: float = Field(default=1, gt=0)
    """Of one address, and enrolments, at this process, in the long run; twenty times as many at once."""

    @field_validator("region")
    @classmethod
    def _has_places(cls, region: str) -> str:
        if not region.isdecimal() or not file_of(region).is_file():
            raise ValueError("the registry has no places of this region")
        return region
