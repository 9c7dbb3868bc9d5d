"""Order a reader: it gets a number in the inventory."""

from datetime import datetime

from registry.audit.unit_of_work import Office
from registry.kit.errors import NotPossible, Unfit
from registry.places.require_existing import must_be_there
from registry.readers.lifecycle import Life, Stage
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
