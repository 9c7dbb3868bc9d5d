"""Every kind of card, tapped to be recorded; after each the next citizen is served."""

import pytest

from simulator.kinds import Kind
from tests.system.outcomes.counter import Counter
from tests.system.outcomes.registry import alarms_looked_into, held_by_another
from tests.system.outcomes.told import NO_SESSION, NOTHING_READ, UNSIGNED, Told, came_to

CARDS: dict[Kind, Told] = {
    Kind.HEALTHY: came_to("verified"),
    Kind.TYPE_B: came_to("verified"),
    Kind.TYPE_B_OTHER: came_to("verified"),
    Kind.SHORT_CONTROL: came_to("verified"),
    Kind.SMALL_CHUNKS: came_to("verified"),
    Kind.DAMAGED_FINGERS: came_to("verified"),
    Kind.NIK_DIFFERS: came_to("verified", "nik.consistent/differs", decides=False),
    Kind.NOT_ACTIVATED: came_to("refused", "card.status/not-activated"),
    Kind.BLOCKED: came_to("refused", "card.status/blocked"),
    Kind.LOST: came_to("refused", "card.status/lost"),
    Kind.RECORDED_DAMAGED: came_to("refused", "card.status/damaged"),
    Kind.REPLACED: came_to("refused", "card.status/replaced"),
    Kind.UNKNOWN: came_to("inconclusive", "card.status/unknown-card"),
    Kind.PHOTO_COPIED: came_to(
        "refused", "card.authentic/authentication-failed", *UNSIGNED, "card.status/unknown-card"
    ),
    Kind.OTHER_ISSUER: came_to("refused", "card.authentic/authentication-failed", *UNSIGNED),
    Kind.DATA_ALTERED: came_to("refused", "data.signed/signature-invalid"),
    Kind.WRONG_ISSUER: came_to("refused", "data.signed/signature-invalid"),
    Kind.DAMAGED_FILE: came_to("refused", "chip.readable/file-damaged", *NO_SESSION, concerns="6FF2"),
    Kind.DAMAGED_CONTROL: came_to("refused", "chip.readable/file-damaged", *NO_SESSION, concerns="6FF0"),
    Kind.DAMAGED_BIODATA: came_to("refused", "chip.readable/file-damaged", *UNSIGNED, concerns="6FF1"),
    Kind.DAMAGED_SIGNATURE: came_to(
        "refused", "chip.readable/file-damaged", "data.signed/not-reached", concerns="6FF6"
    ),
    Kind.MALFORMED_BIODATA: came_to(
        "refused", "chip.readable/biodata-malformed", "nik.consistent/not-reached"
    ),
    Kind.REMOVED: came_to("inconclusive", "chip.readable/card-removed", *NO_SESSION),
    Kind.REMOVED_AT_ONCE: came_to("inconclusive", "chip.answers/card-removed", *NOTHING_READ),
    Kind.SLOW: came_to("inconclusive", "chip.readable/too-slow", *NO_SESSION),
    Kind.MUTE: came_to("refused", "chip.answers/no-answer", *NOTHING_READ),
    **dict.fromkeys(
        (Kind.NOT_A_KTP, Kind.BANK_CARD, Kind.TRAVEL_DOCUMENT, Kind.FILE_CARD, Kind.TAG, Kind.GARBAGE),
        came_to("refused", "chip.answers/not-a-ktp", *NOTHING_READ),
    ),
}
ELSEWHERE = {Kind.MUTE_UNPROVEN, Kind.NO_SAM, Kind.SAM_REFUSED, Kind.SAM_LOCKED, Kind.SAM_SILENT}
"""Kinds of a reader or a SAM rather than of a card."""


def test_no_kind_of_card_is_left_out() -> None:
    assert set(CARDS) | ELSEWHERE == set(Kind)


@pytest.mark.parametrize("kind", CARDS)
async def test_a_card_of_each_kind_comes_to_its_verdict_and_the_reader_goes_on(
    counter: Counter, kind: Kind
) -> None:
    if kind is Kind.MUTE:
        await counter.serves_the_next()
    assert await counter.taps(kind) == CARDS[kind]
    await counter.serves_the_next()


async def test_signed_data_under_a_card_that_is_recorded_for_another_are_refused_and_an_alarm(
    counter: Counter,
) -> None:
    card = counter.house.cards[Kind.SMALL_CHUNKS]
    async with held_by_another(counter.house, card):
        assert await counter.tap(card) == came_to("refused", "card.status/other-holder")
    assert await alarms_looked_into(counter.house) == [("other-holder", "loket-1")]
    assert await counter.tap(card) == came_to("verified")


async def test_a_chip_check_finds_the_chip_alive_whoever_holds_it_and_asks_no_sam(counter: Counter) -> None:
    await counter.choose("chip-check")
    for kind in (Kind.HEALTHY, Kind.BLOCKED, Kind.NOT_ACTIVATED):
        status = () if kind is Kind.HEALTHY else (f"card.status/{kind}",)
        assert await counter.taps(kind) == came_to("alive", *NO_SESSION, *status, decides=False)
    for kind in (Kind.PHOTO_COPIED, Kind.UNKNOWN, Kind.NO_SAM):
        status = () if kind is Kind.NO_SAM else ("card.status/unknown-card",)
        assert await counter.taps(kind) == came_to("alive", *NO_SESSION, *status, decides=False)
