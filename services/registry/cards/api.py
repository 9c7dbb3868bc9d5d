"""Cards: their status, their holders, and what became of them."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from ketuk_events.names import Identifier, PlaceCode, whole
from ketuk_events.projection import CardStatusChanged
from registry.audit.unit_of_work import Office
from registry.cards import store as cards
from registry.cards.commands import change_card, give_card, record_cards
from registry.cards.status import FIRST
from registry.cards.store import CardVersion
from registry.kit.errors import Unfit, Unknown
from registry.kit.local_dates import today
from registry.pseudonyms.card_refs import card_ref
from registry.pseudonyms.person_refs import Citizens
from registry.web.field_types import CardStatus
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

Uid = Annotated[
    str, Meta(pattern=whole("([0-9a-f]{2}){7,8}"), description="As the reader gives it, hexadecimal.")
]
_CARD = "/v1/cards/{card_ref:[0-9a-f]{64}}"
Version = Annotated[int, Meta(ge=1, le=2**63 - 1, description="As the card was seen; another is refused.")]


class CardBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card and its status. The UID is hashed and not kept."""

    uid: Uid
    status: CardStatus


Cards = Annotated[list[CardBody], Meta(max_length=10_000)]


class CardChangeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a card becomes, and who saw to it where."""

    status: CardStatus
    version: Version
    place: PlaceCode
    officer: Identifier


class CardActivationBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who activated a card, and where. It cannot be delegated: the holder was there."""

    place: PlaceCode
    officer: Identifier
    version: Version | None = None


class CardHolderBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose a card is."""

    nik: Annotated[str, Meta(pattern=whole("[0-9]{16}"))]


def routes(office: Office, *, citizens: Citizens, card_ref_key: bytes) -> web.RouteTableDef:
    """`card_ref_key` names cards."""
    table = web.RouteTableDef()
    _show(office, table)

    async def change(
        request: web.Request,
        sent: CardChangeBody | CardActivationBody,
        *,
        status: str,
        only_from: str | None = None,
    ) -> web.Response:
        return answer(
            await change_card(
                office,
                ref=request.match_info["card_ref"],
                status=status,
                only_from=only_from,
                version=sent.version,
                place=sent.place,
                officer=sent.officer,
                today=today(),
            )
        )

    @table.post("/v1/cards")
    @tells("Record cards and their status.", body=Cards, answer=list[CardStatusChanged])
    async def post_cards(request: web.Request) -> web.Response:
        sent = await body(request, Cards)
        statuses = {card_ref(bytes.fromhex(card.uid), key=card_ref_key): card.status for card in sent}
        if len(statuses) < len(sent):
            raise Unfit("a card occurs twice")
        return answer(await record_cards(office, statuses=statuses))

    @table.post(f"{_CARD}/status")
    @tells(
        "Block a card, report it as lost or damaged, replace it.",
        body=CardChangeBody,
        answer=CardStatusChanged,
        versioned=True,
    )
    async def post_status(request: web.Request) -> web.Response:
        sent = await body(request, CardChangeBody)
        return await change(request, sent, status=sent.status)

    @table.post(f"{_CARD}/activate")
    @tells("Activate a card.", body=CardActivationBody, answer=CardStatusChanged, versioned=True)
    async def post_activate(request: web.Request) -> web.Response:
        sent = await body(request, CardActivationBody)
        return await change(request, sent, status="active", only_from=FIRST)

    @table.put(f"{_CARD}/holder")
    @tells("Say whose a card is.", body=CardHolderBody, answer=CardStatusChanged)
    async def put_holder(request: web.Request) -> web.Response:
        sent = await body(request, CardHolderBody)
        ref = request.match_info["card_ref"]
        return answer(await give_card(office, citizens=citizens, ref=ref, nik=sent.nik))

    return table


def _show(office: Office, table: web.RouteTableDef) -> None:
    @table.get(_CARD)
    @tells("A card and its status.", answer=CardStatusChanged)
    async def show_card(request: web.Request) -> web.Response:
        ref = request.match_info["card_ref"]
        async with office.pool.acquire() as connection:
            found = await cards.named(connection, [ref])
        if not found:
            raise Unknown("there is no such card")
        return answer(found[ref])

    @table.get(f"{_CARD}/history")
    @tells("What became of a card, and who saw to it.", answer=list[CardVersion])
    async def show_history(request: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            found = await cards.history(connection, request.match_info["card_ref"])
        if not found:
            raise Unknown("there is no such card")
        return answer(found)
