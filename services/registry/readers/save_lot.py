"""Enter a procurement lot, or correct it."""

from registry.audit.unit_of_work import Office
from registry.kit.errors import NotPossible
from registry.readers.lots import Lot
from registry.readers.store import lots


async def save_lot(office: Office, lot: Lot) -> Lot:
    """Add or replace it. Raises NotPossible where more of its readers have a number than it would be of."""
    async with office.deciding() as connection:
        await lots.lock(connection, lot.lot)
        if await lots.ordered(connection, lot.lot) > lot.count:
            raise NotPossible("more readers of this lot are in the inventory")
        await lots.load(connection, [lot])
    return lot
