"""A counter with two readers: a real pcscd, gateway process and broker, and hands that tap cards."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from dev.counter.gateway import Gateway
from dev.stack.children import Children
from dev.stack.pcscd import NAME as PCSCD
from dev.stack.pcscd import Pcscd
from dev.stack.ports import free_pair
from simulator.issuer import Issuer
from simulator.kinds import Kind, make_card
from simulator.lying import Lying
from tests.integration.counter_model.background import Background, until
from tests.integration.counter_model.bus import GATEWAY, OUTCOMES, Bus
from tests.integration.counter_model.line import Line, State
from tests.integration.counter_model.page import Page, Verdict
from tests.integration.counter_model.reader import NAMES, Reader

SEEN_AGAIN_SECONDS = 60.0
ARRIVES_SECONDS = 60.0
"""A relay that found no broker for long looks again every 5 s."""
_UNDER_WAY = frozenset({None, "reading", "finger", "other-finger"})


class Counter:
    """What is done here has been noticed when it returns, by whoever can; each wait has a bound."""

    def __init__(self, *, folder: Path, bus: Bus, line: Line, broker: str, background: Background) -> None:
        """`broker`: the gateway's address of it, by way of the line."""
        self._children = Children(folder=folder)
        self._background = background
        self.bus = bus
        self._line = line
        ports = tuple(free_pair() for _ in NAMES)
        self._pcscd = Pcscd(folder=folder / "pcscd", ports=ports, children=self._children)
        self.gateway = Gateway(
            folder=folder,
            children=self._children,
            readers={name: {"card": f"Ketuk {number} 00 00"} for number, name in enumerate(NAMES)},
            pcscd=self._pcscd.socket,
            settings={"KETUK_GATEWAY": GATEWAY, "KETUK_AMQP_URL": broker, "KETUK_ANSWER_SECONDS": "1.0"},
        )
        self.page = Page(address=self.gateway.address)
        self._issuer = Issuer.generate()
        self._cards = 0
        self.pcscd_is_up = False
        self._has: set[int] = set()
        self.gateway_is_up = False
        self.line = State.WHOLE
        self.readers = [Reader(number, port) for number, port in enumerate(ports)]
        self._arrived: set[str] = set()

    # --- a day

    def open(self) -> None:
        """Everything is there, no card lies anywhere, and nothing ever happened."""
        self.readers = [Reader(each.number, each.port) for each in self.readers]
        self._arrived = set()
        self._forget()
        self.page.forget()
        self._background.do(self.bus.forget())
        self.become(State.WHOLE)
        if len(self._has) < len(NAMES):
            self.stop_pcscd(kill=True)
            self.start_pcscd()
        self.start_gateway()

    def close(self) -> None:
        """All cards are taken and all is mended, but for readers that are not plugged in."""
        for reader in self.readers:
            self.take(reader)
        if not self.pcscd_is_up:
            self.start_pcscd()
        if not self.gateway_is_up:
            self.start_gateway()
        if self.line is not State.WHOLE:
            self.become(State.WHOLE)

    def until_all_is_said(self) -> None:
        """Wait until nothing waits in the gateway, and end it."""
        self.wait(self.bus.has_heard_all_ends, "every tap that began has ended", seconds=ARRIVES_SECONDS)
        self.wait(lambda: self.gateway.backlog() == 0, "nothing waits in the spool", seconds=ARRIVES_SECONDS)
        self.stop_gateway(kill=False)

    def clear(self) -> None:
        """After a day, however it went."""
        for reader in self.readers:
            self.take(reader)
        if self.gateway_is_up:
            self.stop_gateway(kill=True)

    def end(self) -> None:
        """After the last day."""
        self._children.stop_all()

    # --- hands

    def has(self, reader: Reader) -> bool:
        """Whether pcscd has a reader now."""
        return reader.number in self._has

    def put(self, reader: Reader, kind: Kind, *, waits: bool = True) -> None:
        """A card comes to lie on a reader, plugged or not; `waits` until pcscd has noticed."""
        self._cards += 1
        card = make_card(kind, self._cards, seed=1, issuer=self._issuer, other=self._issuer)
        reader.card = Lying(card.chip, port=reader.port, leaves_after=card.leaves_after)
        reader.touches(card.uid)
        self._background.call(reader.card.put)
        if waits and self.has(reader):
            self._until_noticed(reader)

    def take(self, reader: Reader, *, and_meanwhile: Callable[[], None] | None = None) -> None:
        """The card of a reader, where there is one, is taken away."""
        if reader.card is None:
            return
        # with no gateway nobody talks to the card, and the driver would not find soon enough that it left
        surely = not self.gateway_is_up or and_meanwhile is not None
        leaving = self._background.begin(reader.card.take(surely=surely))
        if and_meanwhile is not None:
            and_meanwhile()
        leaving.result(30)
        reader.card = None

    def until_pulled_out(self, reader: Reader) -> None:
        """Wait until a card that leaves in mid-read has left."""
        assert reader.card is not None
        self.wait(reader.card.gone.is_set, "the card leaves in mid-read")
        self.take(reader)

    def check_chip(self, reader: Reader) -> None:
        """The officer has a chip checked that never enters the field."""
        assert self.gateway.ask("POST", f"/readers/{reader.name}/chip-checks") == 202
        self.wait(lambda: self.page.newest(reader.name) > reader.newest, "the check begins")
        reader.checked.append(self.page.newest(reader.name))

    # --- what the page shows of it

    def until_shown(self) -> None:
        """Wait until the page shows of each reader what is true of it; without a gateway there is none."""
        for reader in self.readers if self.gateway_is_up else ():
            self._until_shown(reader)

    def until_seen(self, reader: Reader) -> None:
        """Wait until the card that lies here has its tap, and the page shows that one."""
        name, contact = reader.name, reader.contact
        if contact not in reader.tap_of:
            self.wait(lambda: self.page.newest(name) > reader.newest, f"the card on {name} is seen")
            reader.tap_of[contact] = self.page.newest(name)
        self.wait(lambda: self.page.look(reader.tap_of[contact]), f"the tap of the card on {name} is shown")

    def until_read(self, reader: Reader) -> None:
        """Wait for the evidence of the tap on a reader, as far as it can come."""
        tap = reader.taps[-1]
        self.wait(lambda: self.page.look(tap) not in _UNDER_WAY, f"{tap} on {reader.name} is read")
        if self.line is State.WHOLE:
            self._until_arrived(tap)

    # --- parts that come and go

    def stop_pcscd(self, *, kill: bool) -> None:
        """It may be away already."""
        if self.pcscd_is_up:
            (self._children.kill if kill else self._children.stop)(PCSCD)
        self.pcscd_is_up, self._has = False, set()

    def start_pcscd(self) -> None:
        """With the readers that are plugged in now; the cards that lie on them come back by themselves."""
        self._has = {each.number for each in self.readers if each.plugged}
        self._pcscd.start(plugged=self._has)
        self.pcscd_is_up = True
        for reader in self.readers:
            if reader.card is not None and self.has(reader):
                reader.touches()
                self._until_noticed(reader)

    def stop_gateway(self, *, kill: bool, after: float = 0.0) -> None:
        """`after`: seconds to wait before."""
        time.sleep(after)
        (self.gateway.kill if kill else self.gateway.stop)()
        self.gateway_is_up = False
        self.wait(lambda: self.page.now is None, "the page has lost its gateway")

    def start_gateway(self) -> None:
        """On the spool that it left."""
        self.gateway.start()
        self.gateway_is_up = True

    def become(self, line: State) -> None:
        """The line to the broker is cut, falls deaf or is whole again."""
        self.line = line
        self._background.call(lambda: self._line.become(line))

    # --- verification

    def can_judge(self) -> list[str]:
        """Taps without a verdict whose evidence has arrived or will."""
        reaches = self.gateway_is_up and self.line is State.WHOLE
        return [
            tap
            for reader in self.readers
            for tap in sorted((*reader.taps, *reader.checked))
            if tap not in self.page.verdicts and (reaches or tap in self._arrived)
        ]

    def judge(self, tap: str) -> None:
        """Say a verdict, or once more the one that was said."""
        said = self.page.verdicts.get(tap)
        if said is None:
            self._until_arrived(tap)
            outcome = OUTCOMES[len(self.page.verdicts) % len(OUTCOMES)]
            said = Verdict(reader=self.bus.readings[tap].asked.reader, outcome=outcome)
            self.page.verdicts[tap] = said
        self._background.do(self.bus.say(tap, said.outcome))
        if self.gateway_is_up and self.line is State.WHOLE:
            shown = said.outcome
            self.wait(
                lambda: self.page.look(tap) == shown, f"{tap} is shown as {shown}", seconds=ARRIVES_SECONDS
            )

    # --- inside

    def wait(self, holds: Callable[[], object], what: str, *, seconds: float = SEEN_AGAIN_SECONDS) -> None:
        """Fails where it does not come to hold, and says what."""
        self._background.do(until(holds, what=what, seconds=seconds))

    def spooled(self) -> tuple[dict[str, str], int]:
        """A stopped gateway's taps with their stages, and how many messages wait."""
        with closing(sqlite3.connect(self.gateway.spool)) as file:
            taps = dict(file.execute("SELECT id, stage FROM taps").fetchall())
            return taps, file.execute("SELECT count(*) FROM outbox").fetchone()[0]

    def _forget(self) -> None:
        for file in self.gateway.spool.parent.glob(f"{self.gateway.spool.name}*"):
            file.unlink()

    def _until_shown(self, reader: Reader) -> None:
        if not self.has(reader):
            self.wait(lambda: self.page.panel(reader.name).get("look") == "gone", f"{reader.name} is gone")
        elif reader.card is None:
            self.wait(lambda: self.page.panel(reader.name).get("can_check"), f"{reader.name} is free")
        else:
            self.until_seen(reader)

    def _until_noticed(self, reader: Reader) -> None:
        card = reader.card
        assert card is not None
        self.wait(lambda: card.is_noticed, f"pcscd notices the card on {reader.name}")

    def _until_arrived(self, tap: str) -> None:
        self.wait(lambda: tap in self.bus.readings, f"the evidence of {tap} arrives", seconds=ARRIVES_SECONDS)
        self._arrived.add(tap)
