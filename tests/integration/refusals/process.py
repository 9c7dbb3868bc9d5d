"""One service as a process, started with settings that may be wrong."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp

from tests.support.bounds import BOUND_SECONDS

_WITHOUT_POWER = (
    "setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A process that has ended."""

    code: int
    err: str

    @property
    def line(self) -> str:
        """The one line that it said. Fails the test where it said more or less."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


async def ended(*module: str, settings: Mapping[str, str], bound_by_modes: bool = False) -> Ended:
    """Run until it ends by itself; fails the test where it does not.

    With `bound_by_modes` root, too, cannot read a file whose mode forbids it.
    """
    process = await asyncio.create_subprocess_exec(
        *(_WITHOUT_POWER if bound_by_modes and os.geteuid() == 0 else ()),
        sys.executable, "-m", *module,
        env={"PATH": os.environ["PATH"], **settings},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, err = await asyncio.wait_for(process.communicate(), BOUND_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ended(code=process.returncode or 0, err=err.decode())


@dataclass(frozen=True, kw_only=True)
class Running:
    """A process that runs."""

    process: asyncio.subprocess.Process
    url: str

    async def resources(self) -> dict[str, str]:
        """What `/readyz` says of each resource; nothing before it answers."""
        async with aiohttp.ClientSession() as session:
            with suppress(aiohttp.ClientConnectionError):
                async with session.get(f"{self.url}/readyz") as answer:
                    found = json.loads(await answer.read())
                    assert (answer.status == 200) is found["ready"]
                    return dict(found["resources"])
        return {}

    async def until_it_says(self, resource: str, word: str) -> None:
        """Wait until `/readyz` has a word on a resource."""
        said = ""
        deadline = asyncio.get_running_loop().time() + BOUND_SECONDS
        while word not in said:
            assert asyncio.get_running_loop().time() < deadline, f"{resource} is {said!r}, not {word!r}"
            assert self.process.returncode is None, "it ended"
            await asyncio.sleep(0.1)
            said = (await self.resources()).get(resource, "")


@asynccontextmanager
async def running(module: str, *, settings: Mapping[str, str]) -> AsyncIterator[Running]:
    """Run a service for the block; it must end well when it is told to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        env={"PATH": os.environ["PATH"], **settings},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Running(process=process, url=f"http://127.0.0.1:{settings['KETUK_HTTP_PORT']}")
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), BOUND_SECONDS)
