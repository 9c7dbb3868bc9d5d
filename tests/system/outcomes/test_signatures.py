"""The card's signature is checked twice: what is said where the checks differ, or the second cannot be."""

from simulator.issuer import Issuer
from simulator.kinds import Kind
from tests.system.outcomes.counter import Counter
from tests.system.outcomes.registry import alarms_looked_into, issuer_counts
from tests.system.outcomes.told import came_to


async def test_the_issuers_keys_are_exchanged_while_cards_are_tapped(counter: Counter) -> None:
    house, other = counter.house, Issuer.generate()
    await issuer_counts(house, other, counts=True)
    await counter.serves_the_next()
    await issuer_counts(house, house.issuer, counts=False)
    assert await counter.taps(Kind.HEALTHY) == came_to("refused", "data.signed/signature-disputed")
    assert await alarms_looked_into(house) == [("signature-disputed", "loket-1")]
    await issuer_counts(house, other, counts=False)
    assert await counter.taps(Kind.HEALTHY) == came_to("inconclusive", "data.signed/not-rechecked")
    await issuer_counts(house, house.issuer, counts=True)
    await counter.serves_the_next()
