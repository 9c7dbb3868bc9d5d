"""Procurement lots, and the readers of the inventory through their lives."""

from datetime import date
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from ketuk_events.names import Identifier, PlaceCode
from registry.audit.unit_of_work import Office
from registry.chip_health.reader_comparison import SAYS
from registry.kit.errors import Unfit, Unknown
from registry.kit.local_dates import end_of
from registry.readers.commands import move_reader, order_reader, save_lot
from registry.readers.lifecycle import Life, Stage
from registry.readers.lots import Count, Funds, Lot, Rupiah, Year
from registry.readers.store import as_of as readers_as_of
from registry.readers.store import lifecycles as reader_lives
from registry.readers.store import lots, readers
from registry.readers.store.as_of import ReaderLine
from registry.readers.store.lifecycles import Past
from registry.readers.store.readers import Reader
from registry.web.as_of_day import AsOfQuery, day_asked, moment_of
from registry.web.csv_tables import table, wants_table
from registry.web.field_types import ReaderName
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

_NAME = "{name:[a-z0-9-]{1,40}}"
_LONGEST_NEW = 40
_NUMBER = "{number:[a-z0-9.-]{1,81}}"
_STEPS = "{step:delivered|installed|broken|retired}"
Because = Annotated[str, Meta(max_length=200)]


class LotBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A procurement lot."""

    funds: Funds
    year: Year
    count: Count
    price: Rupiah | None = None
    supplier: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    source: Annotated[str, Meta(max_length=500)] = ""


class OrderBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reader that was ordered, and for whom."""

    lot: Identifier
    institution: Identifier
    place: PlaceCode
    day: date | None = None
    """On which it was ordered; None: today."""
    because: Because = ""


class StepBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step in a reader's life; what is not given stays as it is."""

    day: date | None = None
    """On which it was taken; None: now."""
    institution: Identifier | None = None
    place: PlaceCode | None = None
    connected: ReaderName | None = None
    """Under which name its gateway tells of it."""
    because: Because = ""


class Readers(Struct, frozen=True, kw_only=True, rename={"as_of": "as-of"}):
    """Every reader as it stood."""

    as_of: date
    readers: list[ReaderLine]
    findings: dict[str, dict[str, str]]
    """What each word of `finding` says, in Indonesian and English."""


def routes(office: Office) -> web.RouteTableDef:
    """What is asked and said of lots and readers."""
    asked = web.RouteTableDef()
    _lots(office, asked)

    @asked.get("/v1/readers")
    @tells("Readers, as their gateways last told of them.", answer=list[Reader])
    async def list_readers(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await readers.all_readers(connection, region=office.region))

    @asked.get("/v1/reports/readers")
    @tells("Every reader as it stood, as of a day.", query=AsOfQuery, answer=Readers, table=True)
    async def show_readers(request: web.Request) -> web.Response:
        day = day_asked(request)
        async with office.pool.acquire() as connection:
            lines = await readers_as_of.readers(connection, end_of(day), day)
        if wants_table(request):
            return table(ReaderLine, lines)
        return answer(Readers(as_of=day, readers=lines, findings=SAYS))

    @asked.get(f"/v1/inventory/{_NUMBER}")
    @tells("The life of a reader.", answer=list[Past])
    async def show_life(request: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            past = await reader_lives.history(connection, request.match_info["number"])
        if not past:
            raise Unknown("there is no such reader")
        return answer(past)

    @asked.put(f"/v1/inventory/{_NUMBER}")
    @tells("Order a reader: it gets a number.", body=OrderBody, answer=Life)
    async def put_order(request: web.Request) -> web.Response:
        number = request.match_info["number"]
        if "." in number or len(number) > _LONGEST_NEW:  # such are of readers that came by themselves
            raise Unfit(f"a number that is given has no dot, and at most {_LONGEST_NEW} characters")
        sent = await body(request, OrderBody)
        return answer(
            await order_reader(
                office,
                number=number,
                lot=sent.lot,
                institution=sent.institution,
                place=sent.place,
                at=moment_of(sent.day),
                because=sent.because,
            )
        )

    @asked.post(f"/v1/inventory/{_NUMBER}/{_STEPS}")
    @tells("Take a reader a step on in its life.", body=StepBody, answer=Life, versioned=True)
    async def post_step(request: web.Request) -> web.Response:
        sent = await body(request, StepBody)
        gateway, _, reader = (sent.connected or "").partition("/")
        return answer(
            await move_reader(
                office,
                number=request.match_info["number"],
                step=Stage(request.match_info["step"]),
                at=moment_of(sent.day),
                institution=sent.institution,
                place=sent.place,
                connected=(gateway, reader) if sent.connected else None,
                because=sent.because,
            )
        )

    return asked


def _lots(office: Office, asked: web.RouteTableDef) -> None:
    @asked.get("/v1/lots")
    @tells("Procurement lots.", answer=list[Lot])
    async def list_lots(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await lots.all_lots(connection))

    @asked.put(f"/v1/lots/{_NAME}")
    @tells("Enter a procurement lot, or correct it.", body=LotBody, answer=Lot)
    async def put_lot(request: web.Request) -> web.Response:
        sent = await body(request, LotBody)
        lot = Lot(
            lot=request.match_info["name"],
            funds=sent.funds,
            year=sent.year,
            count=sent.count,
            price=sent.price,
            supplier=sent.supplier,
            source=sent.source,
        )
        return answer(await save_lot(office, lot))
