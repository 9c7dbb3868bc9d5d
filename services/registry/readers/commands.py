"""Enter a procurement lot, order a reader, and move one through its life."""

from datetime import datetime

from chassis.storage.postgres import Connection
from registry.audit.request_context import as_expected
from registry.audit.unit_of_work import Office
from registry.kit.errors import NotPossible, Unfit, Unknown
from registry.places.require_existing import must_be_there
from registry.readers.lifecycle import Life, Stage
from registry.readers.lots import Lot
from registry.readers.store import lifecycles as reader_lives
from registry.readers.store import lots


async def order_reader(
    office: Office, *, number: str, lot: str, institution: str, place: str, at: datetime, because: str
) -> Life:
    """Enter it as ordered.

    Raises Unfit where lot, institution or place are not there, and NotPossible where the number is taken or
    the lot has no more readers.
    """
    async with office.deciding() as connection:
        held = await lots.lock(connection, lot)
        if held is None:
            raise Unfit(f"there is no lot {lot}")
        await must_be_there(connection, institution=institution, place=place)
        if await reader_lives.find(connection, number) is not None:
            raise NotPossible(f"there is a reader {number}")
        if await lots.ordered(connection, lot) >= held.count:
            raise NotPossible(f"the lot {lot} is of {held.count} readers, and all have a number")
        life = Life(
            number=number,
            lot=lot,
            institution=institution,
            place=place,
            gateway=None,
            reader=None,
            state=Stage.ORDERED,
            since=at,
            because=because,
        )
        await reader_lives.save(connection, [life])
    return life


async def move_reader(
    office: Office,
    *,
    number: str,
    step: Stage,
    at: datetime,
    institution: str | None,
    place: str | None,
    connected: tuple[str, str] | None,
    because: str,
) -> Life:
    """Enter the step. Raises Unknown, NotPossible where its life does not allow it, and Unfit.

    Where a reader is connected under a name that the registry only knew from its gateway, that entry ends:
    from then on this number stands for it.
    """
    async with office.deciding() as connection:
        before = await reader_lives.find(connection, number)
        if before is None:
            raise Unknown(f"there is no reader {number}")
        as_expected(before.version)
        await must_be_there(connection, institution=institution, place=place)
        after = before.after(
            step, at, institution=institution, place=place, connected=connected, because=because
        )
        if connected is not None:
            await _give_up(connection, connected, to=after)
        await reader_lives.save(connection, [after])
    return after


async def _give_up(connection: Connection, connected: tuple[str, str], *, to: Life) -> None:
    holder = await reader_lives.connected_as(connection, *connected)
    if holder is None or holder.number == to.number:
        return
    if holder.lot is not None:
        raise NotPossible(f"the reader {holder.number} is connected under this name")
    because = f"it is {to.number}"
    await reader_lives.save(
        connection, [holder.after(Stage.RETIRED, max(to.since, holder.since), because=because)]
    )


async def save_lot(office: Office, lot: Lot) -> Lot:
    """Add or replace it. Raises NotPossible where more of its readers have a number than it would be of."""
    async with office.deciding() as connection:
        await lots.lock(connection, lot.lot)
        if await lots.ordered(connection, lot.lot) > lot.count:
            raise NotPossible("more readers of this lot are in the inventory")
        await lots.load(connection, [lot])
    return lot
