import itertools

import pytest
from msgspec import structs

from chassis.crypto.key_ring import Recipients
from chassis.crypto.sealing import PublicKey, Sealer, key_id
from ketuk_events.projection import KeyPublished
from tests.unit.chassis.published import february, new_key, published

ROOT, STRANGER, FIRST, ONE, TWO = (new_key() for _ in range(5))
PUBLIC = ROOT.public_key()
NAMES = {key_id(key.public_key()): name for key, name in ((FIRST, "first"), (ONE, "one"), (TWO, "two"))}


def known(*told: KeyPublished, root: PublicKey | None = PUBLIC) -> Recipients:
    recipients = Recipients(owner="verification", first=FIRST.public_key(), root=root)
    for each in told:
        recipients.learn(each)
    return recipients


def newest(recipients: Recipients, day: int) -> str:
    return NAMES[key_id(recipients.newest(february(day)))]


def test_sealed_is_for_the_newest_key_that_is_valid_now() -> None:
    recipients = known(published(ONE, root=ROOT, days=(5, 20)), published(TWO, root=ROOT, days=(10, 15)))
    assert [newest(recipients, day) for day in (1, 5, 9, 10, 14, 15, 19, 20)] == [
        "first",
        "one",
        "one",
        "two",
        "two",
        "one",
        "one",
        "first",
    ]


@pytest.mark.parametrize(
    "forged",
    [
        published(ONE, root=STRANGER),
        structs.replace(published(ONE, root=ROOT), root_signature=b""),
        published(ONE, root=ROOT, owner="registry"),
        structs.replace(published(ONE, root=ROOT), owner="registry"),
        structs.replace(published(ONE, root=ROOT), use="sign"),
        structs.replace(published(ONE, root=ROOT), valid_until="2027-02-28T00:00:00.000Z"),
        published(ONE, root=ROOT, days=(30, 31)),
    ],
)
def test_what_the_root_did_not_sign_for_this_use_never_counts(forged: KeyPublished) -> None:
    recipients = known()
    assert not recipients.learn(forged)
    assert newest(recipients, 10) == "first"


def test_without_a_root_there_is_the_first_key_only() -> None:
    assert newest(known(published(ONE, root=ROOT), root=None), 10) == "first"


def test_the_higher_version_wins_and_withdrawn_is_final_in_any_order() -> None:
    steps = (
        published(ONE, root=ROOT, version=1),
        published(ONE, root=ROOT, withdrawn=True, version=2),
        published(ONE, root=ROOT, version=3, withdrawn=True),
    )
    for order in itertools.permutations(steps):
        assert newest(known(*order), 10) == "first"
    assert not known(steps[1]).learn(published(ONE, root=ROOT, version=9))


def test_a_key_that_is_known_already_is_no_news() -> None:
    recipients = known()
    told = published(ONE, root=ROOT)
    assert [recipients.learn(told) for _ in range(2)] == [True, False]


def test_the_first_key_can_be_withdrawn_once_there_is_another() -> None:
    gone = published(FIRST, root=ROOT, withdrawn=True)
    assert newest(known(gone), 10) == "first"
    assert newest(known(gone, published(ONE, root=ROOT)), 10) == "one"
    # nothing is lost for want of a key: an expired one is better than one that was withdrawn
    assert newest(known(gone, published(ONE, root=ROOT, days=(1, 2))), 10) == "one"


def test_a_sealer_turns_to_the_newest_key_at_once_and_keeps_its_wrap_until_then() -> None:
    recipients = known()
    sealer = Sealer(sender="3372.g", identity=STRANGER, recipient=recipients.newest)
    wraps = [sealer.seal(b"x", now=february(10)).wrap for _ in range(2)]
    recipients.learn(published(ONE, root=ROOT))
    wraps += [sealer.seal(b"x", now=february(10)).wrap for _ in range(2)]
    assert [NAMES[wrap.recipient] for wrap in wraps] == ["first", "first", "one", "one"]
    assert len(set(wraps)) == 2
