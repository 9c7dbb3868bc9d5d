"""`python -m simulator --kind healthy --reader 0`: tap one card on a reader of the private stack."""

import argparse
import asyncio
import sys
from pathlib import Path

from simulator.issuer import Issuer
from simulator.kinds import Kind, make_card
from simulator.reader import VirtualReader
from simulator.sam import Sam

STACK = Path(__file__).parents[1] / ".run" / "stack.env"


def main() -> int:
    """Tap as the arguments say. Returns the exit code."""
    arguments = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    arguments.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.HEALTHY)
    arguments.add_argument("--reader", type=int, default=0, help="0 is the kelurahan's, 1 the agency's")
    arguments.add_argument("--number", type=int, default=0, help="which of the invented residents")
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--stack", type=Path, default=STACK, help="the file that `make stack` wrote")
    told = arguments.parse_args()
    try:
        stack = dict(line.split("=", 1) for line in told.stack.read_text().splitlines())
    except FileNotFoundError:
        sys.stderr.write("No stack runs here; run `make stack` first.\n")
        return 1
    asyncio.run(_tap(stack, kind=told.kind, reader=told.reader, number=told.number, seed=told.seed))
    return 0


async def _tap(stack: dict[str, str], *, kind: Kind, reader: int, number: int, seed: int) -> None:
    issuer = known_issuer(Path(stack["SIMULATOR_ISSUER"]))
    sam = Sam(
        issuer,
        pcid=bytes.fromhex(Path(stack["SAM_PCID_FILE"]).read_text()),
        conf=bytes.fromhex(Path(stack["SAM_CONF_FILE"]).read_text()),
    )
    card = make_card(kind, number, seed=seed, issuer=issuer, other=Issuer.generate())
    port = int(stack["VPCD_PORTS"].split(",")[reader])
    async with VirtualReader(number=reader, port=port, sam=sam).running() as virtual:
        sys.stdout.write(f"A card of the kind {kind} enters reader {reader}.\n")
        tapped = await virtual.tap(card)
    noticed = (tapped.powered - tapped.entered).total_seconds()
    stayed = (tapped.left - tapped.entered).total_seconds()
    sys.stdout.write(
        f"Noticed after {noticed:.3f} s, answered {tapped.commands} commands, left after {stayed:.3f} s.\n"
    )


def known_issuer(path: Path) -> Issuer:
    """The issuer of a file, made where there is none."""
    if not path.exists():
        Issuer.generate().save(path)
    return Issuer.load(path)


if __name__ == "__main__":
    raise SystemExit(main())
