"""The command as an operator runs it: a process with the operator's account."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from dev.stack.strict_python import STRICT_PYTHON
from tests.integration.chassis import conftest

desk = conftest.desk


@dataclass(frozen=True, kw_only=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> list[dict[str, Any]]:
        return list(json.loads(self.out))


class Ketuk:
    """`ketuk dead …`."""

    def __init__(self, *, url: str) -> None:
        self._url = url

    async def dead(self, *arguments: str) -> Said:
        process = await asyncio.create_subprocess_exec(
            *STRICT_PYTHON, "-m", "operations", "dead", *arguments,
            env={"KETUK_AMQP_URL": self._url, "COLUMNS": "300", "PATH": os.environ["PATH"]},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return Said(code=process.returncode or 0, out=out.decode(), err=err.decode())


@pytest.fixture
def ketuk(stack_env: Mapping[str, str]) -> Ketuk:
    return Ketuk(url=stack_env["AMQP_OPERATOR_URL"])
