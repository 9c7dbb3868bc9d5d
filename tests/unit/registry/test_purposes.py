from collections.abc import Callable

import pytest
from msgspec.structs import replace

from ketuk_events.outcomes import Check
from ketuk_events.projection import Purpose
from registry.kit.errors import Unfit
from registry.purposes.purposes import FIRST, MOST_SECONDS, in_order, must_fit, read
from verification.rules.default_purposes import DEFAULT

SHIPPED = {purpose.purpose: purpose for purpose in read(FIRST)}
RECORD = SHIPPED["record"]


def with_(*changed: Purpose) -> list[Purpose]:
    return list((SHIPPED | {each.purpose: each for each in changed}).values())


def test_the_purposes_shipped_are_those_by_which_verification_judges_until_it_is_told() -> None:
    assert read(FIRST) == in_order(DEFAULT.purposes)


def test_the_purposes_shipped_are_fit_and_so_is_another_beside_them() -> None:
    another = replace(RECORD, purpose="open-account", needs=(*RECORD.needs, "holder.matches"))
    must_fit(with_(), before=())
    must_fit(with_(another), before=with_())


def without(check: Check) -> Callable[[Purpose], Purpose]:
    return lambda purpose: replace(purpose, needs=tuple(each for each in purpose.needs if each != check))


@pytest.mark.parametrize(
    ("purpose", "change", "why"),
    [
        ("chip-check", lambda each: replace(each, good_word="verified"), "is alive"),
        ("record", lambda each: replace(each, good_word="alive"), "is alive"),
        ("chip-check", without(Check.CHIP_READABLE), "nothing is alive without chip.readable"),
        ("record", without(Check.READER_TRUSTED), "nothing is verified without reader.trusted"),
        ("record", without(Check.CARD_AUTHENTIC), "nothing is verified without card.authentic"),
        ("identify", without(Check.DATA_SIGNED), "nothing is verified without data.signed"),
        ("activate", without(Check.CARD_STATUS), "nothing is verified without card.status"),
        ("record", lambda each: replace(each, needs=(*each.needs, "nik.consistent")), "never decides"),
        ("record", lambda each: replace(each, needs=(*each.needs, "card.status")), "a check twice"),
        ("record", lambda each: replace(each, max_age_seconds=MOST_SECONDS + 1), "seconds old"),
        ("record", lambda each: replace(each, max_age_seconds=0), "seconds old"),
    ],
)
def test_rules_that_would_say_too_much_or_decide_by_a_notice_are_not_fit(
    purpose: str, change: Callable[[Purpose], Purpose], why: str
) -> None:
    with pytest.raises(Unfit, match=why):
        must_fit(with_(change(SHIPPED[purpose])), before=with_())


@pytest.mark.parametrize(
    ("purposes", "why"),
    [
        ([*with_(), RECORD], "occurs twice"),
        ([each for each in with_() if each != RECORD], "record cannot be taken away"),
        ([RECORD], "chip-check is missing"),
    ],
)
def test_no_purpose_occurs_twice_or_goes(purposes: list[Purpose], why: str) -> None:
    with pytest.raises(Unfit, match=why):
        must_fit(purposes, before=with_())


def test_what_says_the_same_is_the_same_in_whatever_order_it_is_said() -> None:
    turned = [replace(each, needs=each.needs[::-1]) for each in reversed(with_())]
    assert in_order(turned) == in_order(with_())
