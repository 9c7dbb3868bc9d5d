"""One city for all outcomes: started once; a gateway is started anew only where a test needs another one."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from dev.demo.city import enter_city
from dev.stack.stack import Stack
from tests.support.state_folder import state_folder
from tests.system.outcomes.counter import Counter, standing
from tests.system.outcomes.house import House

FOLDER = state_folder("outcomes")


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """With every card known to the registry that should be."""
    stack = Stack.fresh(folder=FOLDER)
    try:
        stack.start()
        built = House.built(stack)
        built.services.start("verification", "registry")
        built.services.until_all_ready("verification", "registry")
        asyncio.run(enter_city(built.site(), cards=built.cards.values(), issuer=built.issuer))
        yield built
    finally:
        stack.discard()


@pytest.fixture
async def counter(house: House) -> AsyncIterator[Counter]:
    """With the ordinary gateway, whose reader has read a card."""
    house.have_gateway()
    async with standing(house, sam=house.sam()) as standing_there:
        await standing_there.choose("record")
        yield standing_there
