"""`python -m chassis.topology`: declare the topology on the broker, then end."""

import asyncio
import sys

import aiohttp
import msgspec
from pydantic import field_validator

from chassis.runtime.settings import Settings, load
from chassis.runtime.tls import trust
from chassis.topology.definitions import Accounts, agencies_host, services_host
from chassis.topology.management import Management, Refused

WAIT_SECONDS = 60.0


class TopologySettings(Settings):
    """What the topology job is told."""

    management_url: str
    """With an administrator's name and password."""
    accounts: str
    """JSON; see `Accounts`."""

    @field_validator("accounts")
    @classmethod
    def _are_accounts(cls, written: str) -> str:
        msgspec.json.decode(written, type=Accounts)
        return written


async def declare(settings: TopologySettings) -> None:
    """Declare both virtual hosts, and take away accounts that are in neither any more.

    Waits up to a minute for a broker that is starting.
    """
    accounts = msgspec.json.decode(settings.accounts, type=Accounts)
    hosts = (services_host(accounts), agencies_host(accounts))
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        management = Management(session=session, url=settings.management_url, trust=trust(settings.ca_file))
        while True:
            try:
                for host in hosts:
                    await management.apply(host)
                await management.forget(hosts)
            except (aiohttp.ClientConnectionError, TimeoutError):
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.5)
            else:
                return


def main() -> int:
    """Run the job. Returns the exit code."""
    settings = load(TopologySettings)
    try:
        asyncio.run(declare(settings))
    except (aiohttp.ClientError, OSError, Refused) as failure:
        sys.stderr.write(f"the topology could not be declared: {failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
