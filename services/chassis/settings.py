"""Settings from the environment and from secret files; a wrong one is one line and exit code 2."""

import os
import sys
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a service is told: `KETUK_<NAME>` in the environment, or a file of that name in lower case.

    The folder of such files is named by `KETUK_SECRETS_DIR`.
    """

    model_config = SettingsConfigDict(env_prefix="KETUK_", frozen=True, extra="ignore")


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
        _refuse(f"KETUK_{name.upper()}: {first['msg']}")
    except PermissionError as refused:
        _refuse(f"KETUK_SECRETS_DIR: {refused.filename} cannot be read")


def _refuse(line: str) -> NoReturn:
    sys.stderr.write(f"{line}\n")
    raise SystemExit(2)
