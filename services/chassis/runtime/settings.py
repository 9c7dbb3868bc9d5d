"""Settings from the environment and from secret files; a wrong one is one line and exit code 2."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from chassis.runtime.addresses import check_client, is_here
from chassis.runtime.tls import shown, trust


class Settings(BaseSettings):
    """What a service is told: `KETUK_<NAME>` in the environment, or a file of that name in lower case.

    The folder of such files is named by `KETUK_SECRETS_DIR`.
    """

    model_config = SettingsConfigDict(env_prefix="KETUK_", frozen=True, extra="ignore")

    ca_file: Path | None = None
    """PEM; broker, database and whoever else is reached by TLS must be signed by a certificate in it."""
    plain_hosts: frozenset[str] = frozenset()
    """Names or addresses, as JSON, with which this speaks without TLS though they are not this machine: where
    a private line is trusted, at the operator's own risk."""

    @field_validator("ca_file")
    @classmethod
    def _can_be_trusted(cls, file: Path | None) -> Path | None:
        with _as_a_wrong_value():
            trust(file)
        return file

    @field_validator("*")
    @classmethod
    def _is_reached_safely(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, str) and str(info.field_name).endswith(("_url", "_endpoint")):
            check_client(
                value,
                has_authority=info.data.get("ca_file") is not None,
                plain_hosts=info.data.get("plain_hosts", ()),
            )
        return value


class ServedSettings(Settings):
    """Settings of a service that answers over HTTP."""

    model_config = SettingsConfigDict(validate_default=True)

    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65535)
    otlp_endpoint: str | None = None
    """Where traces go by OTLP/HTTP, such as `https://collector:4318`; without it there are none."""
    http_cert_file: Path | None = None
    """PEM, with what leads to the authority; without it HTTP is plain, and for the loopback only."""
    http_key_file: Path | None = None
    """PEM; may stand in the certificate's file."""

    @field_validator("http_cert_file")
    @classmethod
    def _is_there_for_others(cls, certificate: Path | None, info: ValidationInfo) -> Path | None:
        host = str(info.data.get("http_host", ""))
        if certificate is None and not (is_here(host) or host in info.data.get("plain_hosts", ())):
            raise ValueError(f"is missing, and KETUK_HTTP_HOST={host} is for other machines: they need TLS")
        return certificate

    @field_validator("http_key_file")
    @classmethod
    def _can_be_shown(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        with _as_a_wrong_value():
            shown(certificate=info.data.get("http_cert_file"), key=key)
        return key


AnySettings = TypeVar("AnySettings", bound=Settings)


def load(kind: type[AnySettings]) -> AnySettings:
    """Read settings of a kind. Where one is missing or wrong, says which in one line and exits with 2."""
    folder = os.environ.get("KETUK_SECRETS_DIR")
    if folder is not None and not Path(folder).is_dir():
        _refuse(f"KETUK_SECRETS_DIR: {folder} is not a folder")
    try:
        return kind(_secrets_dir=folder)  # type: ignore[call-arg]  # pydantic-settings takes it, its types do not say so
    except ValidationError as mistake:
        first = mistake.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        if first["type"] == "missing":
            _refuse(
                f"KETUK_{name.upper()} is missing: set it, or put it into a file ketuk_{name} in the folder "
                "that KETUK_SECRETS_DIR names (`make secrets` makes all of them)"
            )
        _refuse(f"KETUK_{name.upper()}: {first['msg']}")
    except SettingsError as failure:
        refused = failure.__cause__
        why = f"{refused.filename}: {refused.strerror}" if isinstance(refused, OSError) else str(failure)
        _refuse(f"KETUK_SECRETS_DIR: {why}; every file in {folder} must be readable for this account")


@contextmanager
def _as_a_wrong_value() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise ValueError(f"{failure.filename or 'the file'}: {failure.strerror}") from None


def _refuse(line: str) -> NoReturn:
    sys.stderr.write(f"{line}\n")
    raise SystemExit(2)
