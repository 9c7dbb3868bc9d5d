"""`python -m dev.demo.composed [--taps N]`: simulated cards on the readers of the compose file.

Runs in its container (profile `simulator`), beside the virtual readers.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from chassis.runtime.tls import trust
from dev.demo.run import Run
from dev.demo.site import Site
from dev.ledger.account import Account
from dev.ledger.report import last_line, table
from dev.stack.secret_files import AGENCIES, SecretFiles

SECRETS = Path("/run/secrets")
VPCD_PORTS = (0x8C7B, 0x8C7D)
"""As in deploy/pcscd/virtual-readers.conf."""


def main() -> int:
    """Tap. Returns 0 where the four that must be zero are zero."""
    parser = argparse.ArgumentParser(prog="python -m dev.demo.composed", description=__doc__)
    parser.add_argument("--taps", type=int, default=13, help="how many cards, at least one for each kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--proven", action="store_true", help="the readers read a card within ten minutes")
    told = parser.parse_args()
    secrets = SecretFiles(folder=SECRETS)
    site = Site(
        registry="https://registry:8083",
        feeds={agency: secrets.read(f"agency-{agency}/ketuk_amqp_url") for agency in AGENCIES},
        vpcd_ports=VPCD_PORTS,
        secrets=secrets,
        trust=trust(SECRETS / "ca.pem"),
    )
    account = asyncio.run(_tap(Run(site=site, seed=told.seed, taps=told.taps, say=_say, proven=told.proven)))
    _say(table(account))
    _say(last_line(account, seed=told.seed))
    return 0 if account.is_clean else 1


async def _tap(run: Run) -> Account:
    """Tap; SIGUSR1 has cards stay on their readers, as people do while a gateway restarts, until SIGUSR2.

    SIGHUP ends it after the cards that are on the readers.
    """

    def hold() -> None:
        for reader in run.readers:
            reader.hold()

    def release() -> None:
        for reader in run.readers:
            reader.release()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, hold)
    loop.add_signal_handler(signal.SIGUSR2, release)
    loop.add_signal_handler(signal.SIGHUP, run.enough)
    return await run.go()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
