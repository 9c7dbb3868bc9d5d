"""A service behind a link to its broker and one to its database: what it says of itself."""

from collections.abc import Mapping

import aiohttp

from tests.integration.chassis.conftest import until

RESOURCES = {"database", "migrations"}
"""What `/readyz` tells of beside the parts."""
SOON_SECONDS, SPECIFIED_SECONDS = 60.0, 10.0
"""A bound that only a hang reaches on a busy machine, and what the full form asks for."""


class Service:
    """One that runs in this process."""

    def __init__(self, *, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def resources(self) -> tuple[bool, Mapping[str, str]]:
        """Whether it is ready, and what it says of each resource."""
        async with self.http.get("/readyz") as answer:
            said = await answer.json()
        return answer.status == 200, said["resources"]

    async def until_ready(self, *, is_so: bool = True) -> None:
        """Until it says that it is ready, or that it is not."""

        async def says_so() -> bool:
            return (await self.resources())[0] is is_so

        await until(says_so, what="ready" if is_so else "not ready", seconds=SOON_SECONDS)
