"""`python -m simulator --kind healthy --reader 0`: taps cards on a reader of the private stack."""

import argparse
import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.reader import VirtualReader
from simulator.record import Departure, Tapped
from simulator.sam import Sam

STACK = Path(__file__).parents[1] / ".run" / "stack.env"

_PARTING = {
    Departure.READ: "It was read",
    Departure.PULLED_OUT: "It was pulled out in the middle of the reading",
    Departure.UNREAD: "Nobody read it to the end",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """What the simulator has to know of a running stack."""

    ports: tuple[int, ...]
    issuer: Issuer
    pcid: bytes
    conf: bytes

    @classmethod
    def described_by(cls, path: Path) -> Self:
        """Reads the `KEY=value` file that `make stack` wrote, and the files that it names.

        Raises:
            OSError: There is no such file.
            LookupError: It does not say all that is needed.
            ValueError: What it says cannot be read.
        """
        said = dict(line.split("=", 1) for line in path.read_text().splitlines() if line)
        return cls(
            ports=tuple(int(port) for port in said["VPCD_PORTS"].split(",")),
            issuer=known_issuer(Path(said["SIMULATOR_ISSUER"])),
            pcid=bytes.fromhex(Path(said["SAM_PCID_FILE"]).read_text()),
            conf=bytes.fromhex(Path(said["SAM_CONF_FILE"]).read_text()),
        )


def known_issuer(path: Path) -> Issuer:
    """Returns the issuer in a file, made where there is none."""
    if not path.exists():
        with suppress(FileExistsError):  # another reader's simulator may have been quicker
            Issuer.generate().save(path)
    return Issuer.load(path)


def main() -> int:
    """Taps as the arguments say. Returns the exit code."""
    told = _arguments()
    try:
        stack = Stack.described_by(told.stack)
    except OSError as error:
        return _fail(f"No stack runs here ({error.filename} is missing): run `make stack` first.")
    except (LookupError, ValueError) as error:
        return _fail(f"{told.stack} does not describe a stack that cards can be tapped on: {error}")
    if told.reader not in range(len(stack.ports)):
        return _fail(f"There are {len(stack.ports)} readers, counted from 0.")
    other = Issuer.generate()
    cards = [
        make_card(told.kind, number, seed=told.seed, issuer=stack.issuer, other=other)
        for number in range(told.number, told.number + told.count)
    ]
    sam = Sam(stack.issuer, pcid=stack.pcid, conf=stack.conf) if told.sam else None
    reader = VirtualReader(number=told.reader, port=stack.ports[told.reader], sam=sam)
    try:
        asyncio.run(_tap(reader, cards))
    except TimeoutError:
        return _fail("The reader notices nothing: is another card or SAM in its slot? See also --no-sam.")
    except OSError:
        return _fail("Nothing listens where the reader should be: does the stack's pcscd run?")
    return 0


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    arguments.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.HEALTHY)
    arguments.add_argument("--reader", type=int, default=0, help="0 is the kelurahan's, 1 the agency's")
    arguments.add_argument("--number", type=int, default=0, help="which of the invented residents")
    arguments.add_argument("--count", type=int, default=1, help="so many residents, one after the other")
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument(
        "--sam", action=argparse.BooleanOptionalAction, default=True, help="put a SAM into its slot"
    )
    arguments.add_argument("--stack", type=Path, default=STACK, help="the file that `make stack` wrote")
    return arguments.parse_args()


async def _tap(reader: VirtualReader, cards: list[SimulatedCard]) -> None:
    async with reader.running():
        for card in cards:
            sys.stdout.write(f"A card enters: {card.kind}.\n")
            sys.stdout.write(_in_words(await reader.tap(card)))


def _in_words(tapped: Tapped) -> str:
    noticed = (tapped.powered - tapped.entered).total_seconds()
    stayed = (tapped.left - tapped.entered).total_seconds()
    return (
        f"The reader noticed it after {noticed:.2f} s. {_PARTING[tapped.departure]}; it answered "
        f"{tapped.commands} commands and was gone after {stayed:.2f} s.\n"
    )


def _fail(why: str) -> int:
    sys.stderr.write(why + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
