"""The city under fire: two institutions with two counters each, and one of them hears of all taps."""

from collections.abc import Iterable
from dataclasses import dataclass

from chassis.storage.postgres import Connection
from dev.demo.city import agreement, enter_city, put, registry_api
from dev.demo.site import Site
from dev.stack.secret_files import REGION
from dev.stack.stack import Stack
from simulator.issuer import Issuer
from simulator.kinds import SimulatedCard

JEBRES, POLRESTA = "kelurahan-jebres", "polresta-surakarta"
GATEWAY, DECISION = "the asking gateway", "the decision"
"""Receivers beside the agencies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """One gateway with its reader, whose name no other has."""

    gateway: str
    institution: str
    place: str
    reader: str
    agencies: frozenset[str]
    """Who hears of its taps."""

    @property
    def process(self) -> str:
        """Its name among processes, links and secrets."""
        return f"gateway-{self.gateway}"


def _stand(gateway: str, institution: str, reader: str) -> Stand:
    at_jebres = institution == JEBRES
    return Stand(
        gateway=gateway,
        institution=institution,
        place="33.72.04.1010" if at_jebres else "33.72.05.1011",
        reader=reader,
        agencies=frozenset({JEBRES, POLRESTA} if at_jebres else {POLRESTA}),
    )


STANDS = (
    _stand(JEBRES, JEBRES, "loket-1"),
    _stand(f"{JEBRES}-2", JEBRES, "loket-2"),
    _stand(POLRESTA, POLRESTA, "spkt-1"),
    _stand(f"{POLRESTA}-2", POLRESTA, "spkt-2"),
)


def add_gateways(stack: Stack) -> None:
    """Those that a private stack does not have by itself; call it before the stack is started."""
    for stand in STANDS:
        if stand.gateway != stand.institution:
            stack.secrets.add_gateway(stand.gateway)


async def enter(site: Site, *, cards: Iterable[SimulatedCard], issuer: Issuer) -> None:
    """Tell the registry of institutions, gateways, agreements and cards."""
    await enter_city(site, cards=cards, issuer=issuer)
    async with registry_api(site) as registry:
        for stand in STANDS:
            if stand.gateway != stand.institution:
                key = site.secrets.read(f"{stand.process}/identity_public.pem")
                described = {"institution": stand.institution, "place": stand.place, "public_key": key}
                await put(registry, f"/v1/gateways/{stand.gateway}", described)
                async with registry.post(f"/v1/gateways/{stand.gateway}/approve"):
                    pass
        wider = agreement(POLRESTA, site.secrets) | {"places": ["33.72.04"]}
        await put(registry, f"/v1/agreements/{POLRESTA}", wider)


async def is_known(database: Connection, *, cards: int) -> bool:
    """Whether verification has heard of it all."""
    heard = await database.fetchval(
        """
        SELECT (SELECT count(*) FROM gateways WHERE region = $1 AND approved) = $2
           AND (SELECT count(*) FROM cards) = $3 AND EXISTS (SELECT FROM keys)
        """,
        REGION,
        len(STANDS),
        cards,
    )
    return bool(heard)
