"""A city with one counter, on the real broker, databases and pcscd, all parts as processes."""

import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dev.demo.services import Services
from dev.demo.site import Site
from dev.stack import pcscd
from dev.stack.stack import Stack
from dev.stack.strict_python import STRICT_PYTHON
from simulator import biodata
from simulator.__main__ import known_issuer
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.sam import Sam
from simulator.serial_terminal import LaidCard

GATEWAY = "kelurahan-jebres"
PROCESS = f"gateway-{GATEWAY}"
OPERATOR_NIK = "3372994101800001"
SEED = 5
BOUNDS = {"KETUK_ANSWER_SECONDS": "1", "KETUK_READ_SECONDS": "5", "KETUK_SAM_WAIT_SECONDS": "1"}
"""Short, so that silence holds nothing up."""


@dataclass(kw_only=True)
class House:
    """Everything that runs, and what its verdicts have said so far."""

    stack: Stack
    services: Services
    issuer: Issuer
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Check and code of every line of every verdict; each was compared with what had to come."""
    cards: dict[Kind, SimulatedCard] = field(default_factory=dict)
    _told: Mapping[str, str] | None = None

    @classmethod
    def built(cls, stack: Stack) -> "House":
        """With a card of each kind. The stack was started."""
        issuer, other = known_issuer(stack.secrets.folder("simulator-issuer.json")), Issuer.generate()
        house = cls(stack=stack, services=Services(stack=stack), issuer=issuer)
        for number, kind in enumerate(Kind):
            house.cards[kind] = make_card(kind, number, seed=SEED, issuer=issuer, other=other)
        return house

    def site(self) -> Site:
        """For the demo's own way of entering the city into the registry."""
        return Site(
            registry=self.services.url("registry"),
            feeds={},
            vpcd_ports=self.stack.vpcd_ports,
            secrets=self.stack.secrets,
        )

    def sam(self) -> Sam:
        """A SAM of the cards' issuer that this gateway's secrets open."""
        pcid, conf = (bytes.fromhex(self.stack.secrets.read(name)) for name in ("sam_pcid", "sam_conf"))
        return Sam(self.issuer, pcid=pcid, conf=conf)

    def laid(self, kind: Kind) -> LaidCard:
        """The card of a kind as a terminal knows it."""
        return LaidCard(text=biodata.write(self.cards[kind].resident.fields))

    def have_gateway(self, **settings: str) -> None:
        """One with these settings (without `KETUK_`) runs; it is started anew only where they differ."""
        wanted = BOUNDS | {f"KETUK_{name}": value for name, value in settings.items()}
        if wanted == self._told and self.stack.children.is_alive(PROCESS):
            return
        self.stop_gateway()
        self.start_gateway(wanted)

    def start_gateway(self, settings: Mapping[str, str] = BOUNDS) -> None:
        """Start it, and wait until it is ready."""
        command = [*STRICT_PYTHON, "-m", "reader_gateway"]
        self.stack.children.start(
            PROCESS, command, environment={**self.services.settings(PROCESS), **settings}
        )
        self.services.until_all_ready(PROCESS)
        self._told = settings

    def stop_gateway(self) -> None:
        """As an operator stops it."""
        with suppress(KeyError):
            self.stack.children.stop(PROCESS)
        self._told = None

    def unplug_readers(self) -> None:
        """All at once and in the middle of whatever they do: their daemon is killed."""
        self.stack.children.kill(pcscd.NAME)

    def plug_readers_in(self) -> None:
        """Again."""
        self.stack.restart(pcscd.NAME)

    def log(self) -> str:
        """All that the gateway wrote."""
        return self.stack.children.log(PROCESS).read_text(errors="replace")

    def spool(self) -> Path:
        """The gateway's file, where no setting names another."""
        return Path(self.services.settings(PROCESS)["KETUK_SPOOL"])

    def put(self, path: str) -> None:
        """As the counter page does."""
        request = urllib.request.Request(self.services.url(PROCESS) + path, method="PUT")  # noqa: S310  our own
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310  address
