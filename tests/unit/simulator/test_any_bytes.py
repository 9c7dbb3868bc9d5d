from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.chip import Chip
from simulator.issuer import Issuer
from simulator.kinds import Kind, make_card
from simulator.sam import Sam
from tests.unit.simulator.terminal import Secrets, authenticate

ISSUER = Issuer.generate()
SECRETS = Secrets(pcid=bytes(range(16)), conf=bytes(range(32)))

# Bytes at random rarely get past the class; these do.
COMMANDS = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda head, p1, p2, data, le: (
            head + bytes((p1, p2)) + (bytes((len(data),)) + data if data else b"") + le
        ),
        st.sampled_from([bytes.fromhex(f"00{ins:02X}") for ins in range(0x80, 0x100)]),
        st.integers(0, 255),
        st.integers(0, 255),
        st.binary(max_size=255),
        st.sampled_from([b"", b"\0", b"\x08", b"\xd0"]),
    ),
    # what claims to be protected
    st.binary(min_size=1, max_size=40).map(lambda data: b"\x0c\xb0\0\0" + bytes((len(data),)) + data),
    # a plain command for the SAM to wrap
    st.builds(
        lambda data: bytes((0, 0xF3, 0, 0, 5 + len(data), 0, 0xA4, 0, 0, len(data))) + data,
        st.integers(1, 250).map(bytes),
    ),
    st.sampled_from([bytes.fromhex("00A40000027F0A"), bytes.fromhex("00A40000026FF1")]),
)


def assert_answers(chip: Chip, commands: Sequence[bytes]) -> None:
    for command in commands:
        assert len(chip.respond(command)) >= 2


@pytest.mark.parametrize("authenticated", [False, True])
@given(commands=st.lists(COMMANDS, max_size=8))
def test_a_card_answers_whatever_it_is_sent(*, authenticated: bool, commands: list[bytes]) -> None:
    chip = make_card(Kind.HEALTHY, 0, seed=0, issuer=ISSUER, other=ISSUER).chip
    if authenticated:
        authenticate(chip, Sam(ISSUER, pcid=SECRETS.pcid, conf=SECRETS.conf), SECRETS)
    assert_answers(chip, commands)


@pytest.mark.parametrize("kind", [Kind.NOT_A_KTP, Kind.MUTE, Kind.DAMAGED_FILE, Kind.PHOTO_COPIED])
@given(commands=st.lists(COMMANDS, max_size=8))
def test_so_does_every_other_kind_of_card(kind: Kind, commands: list[bytes]) -> None:
    assert_answers(make_card(kind, 0, seed=0, issuer=ISSUER, other=ISSUER).chip, commands)


@pytest.mark.parametrize("authenticated", [False, True])
@given(commands=st.lists(COMMANDS, max_size=8))
def test_a_sam_answers_whatever_it_is_sent(*, authenticated: bool, commands: list[bytes]) -> None:
    sam = Sam(ISSUER, pcid=SECRETS.pcid, conf=SECRETS.conf)
    if authenticated:
        authenticate(make_card(Kind.HEALTHY, 0, seed=0, issuer=ISSUER, other=ISSUER).chip, sam, SECRETS)
    assert_answers(sam, commands)
