import msgspec

from ketuk_events.events import MOST_BYTES
from ketuk_events.projection import CardStatusChanged, GatewayApproved, GatewaySuspended, SnapshotPart
from registry.snapshots import CARDS_IN_A_PART, GATEWAYS_IN_A_PART

NAME, PEM, VERSION = "x" * 40, "x" * 1_000, 2**53 - 1


def size(part: SnapshotPart) -> int:
    return len(msgspec.json.encode(part))


def test_a_part_of_the_longest_cards_is_a_message_of_the_contract() -> None:
    card = CardStatusChanged(card_ref="f" * 64, status="x" * 60, version=VERSION, holder="f" * 64)
    assert size(SnapshotPart(part=1, parts=10**9, cards=(card,) * CARDS_IN_A_PART)) < MOST_BYTES


def test_a_part_of_the_longest_gateways_is_a_message_of_the_contract() -> None:
    approved = GatewayApproved(
        region="9" * 10,
        gateway=NAME,
        institution=NAME,
        place="33.72.04.1010",
        public_key=PEM,
        version=VERSION,
    )
    suspended = GatewaySuspended(
        region="9" * 10, gateway=NAME, institution=NAME, public_key=PEM, version=VERSION
    )
    for part in (
        SnapshotPart(part=1, parts=10**9, approved=(approved,) * GATEWAYS_IN_A_PART),
        SnapshotPart(part=1, parts=10**9, suspended=(suspended,) * GATEWAYS_IN_A_PART),
    ):
        assert size(part) < MOST_BYTES
