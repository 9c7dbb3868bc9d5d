"""A whole counter in one folder: pcscd with virtual readers, and a gateway."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dev.counter.balance import unbalanced
from dev.counter.gateway import Gateway
from dev.counter.spoken import Said, said_in, taps_not_ended
from dev.stack.children import Children
from dev.stack.pcscd import Pcscd
from dev.stack.ports import free_pair
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.sam import Sam


class Counter:
    """The readers are `loket-0`, `loket-1`, …; each uses the SAM in its own other slot unless told otherwise.

    Nothing is started by making one. See `counter` for one that ends with its block.
    """

    def __init__(
        self,
        *,
        folder: Path,
        readers: int,
        sams: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`sams`: for some readers, the pattern of the SAMs that they may use; `settings`: more of them."""
        self.children = Children(folder=folder)
        self.ports = _pairs(readers)
        """Of the card slots; that of the SAM beside it is the next."""
        self.names = tuple(f"loket-{number}" for number in range(readers))
        self.issuer = Issuer.generate()
        self._pcid, self._conf = secrets.token_bytes(16), secrets.token_bytes(32)
        self.pcscd = Pcscd(folder=folder / "pcscd", ports=self.ports, children=self.children)
        own = {name: f"Ketuk {number} 00 01" for number, name in enumerate(self.names)}
        patterns = own | dict(sams or {})
        self.gateway = Gateway(
            folder=folder,
            children=self.children,
            readers={
                name: {"card": f"Ketuk {number} 00 00", "sam": patterns[name]}
                for number, name in enumerate(self.names)
            },
            pcscd=self.pcscd.socket,
            settings={"KETUK_SAM_PCID": self._pcid.hex(), "KETUK_SAM_CONF": self._conf.hex()}
            | dict(settings or {}),
        )

    def start(self) -> None:
        """Start pcscd and the gateway."""
        self.pcscd.start()
        self.gateway.start()

    def card(self, kind: Kind = Kind.HEALTHY, *, number: int = 1) -> SimulatedCard:
        """A card of this counter's issuer; copies, altered and foreign cards come from another."""
        return make_card(kind, number, seed=1, issuer=self.issuer, other=self.issuer)

    def sam(self) -> Sam:
        """A SAM that this counter's gateway can open."""
        return Sam(self.issuer, pcid=self._pcid, conf=self._conf)

    def looks(self) -> dict[str, str]:
        """What the page shows at each reader: gone, ready, sent, …. Raises OSError where it is away."""
        return {reader["name"]: reader["look"] for reader in self.gateway.page()["readers"]}

    def is_empty(self) -> bool:
        """Whether no reader holds a card, and every tap that began has ended."""
        free = all(reader["can_check"] for reader in self.gateway.page()["readers"])
        return free and self.gateway.logged("tap begins") == self.gateway.logged("tap ends")

    def said(self) -> list[Said]:
        """Stop the gateway, and return all that it has said."""
        self.gateway.stop()
        return said_in(self.gateway.spool, keys=self.gateway.keys)

    def faults(self) -> list[str]:
        """Stop the gateway, and return what does not balance in what it has said; see `unbalanced`.

        All cards must have been taken away, and the gateway must have had time to see it.
        """
        faults = unbalanced(self.said())
        if open_taps := taps_not_ended(self.gateway.spool):
            faults.append(f"{open_taps} taps have not ended")
        return faults


@contextmanager
def counter(
    *, readers: int, sams: Mapping[str, str] | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Counter]:
    """A counter that runs, in a folder that goes with it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # the card daemon does not run as root
        made = Counter(folder=folder, readers=readers, sams=sams, settings=settings)
        try:
            made.start()
            yield made
        finally:
            made.children.stop_all()


def _pairs(count: int) -> tuple[int, ...]:
    pairs: set[int] = set()
    while len(pairs) < count:
        pair = free_pair()
        if not pairs & {pair - 1, pair + 1}:
            pairs.add(pair)
    return tuple(pairs)
