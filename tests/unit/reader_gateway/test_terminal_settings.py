from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from dev.stack.secret_files import private_pem, public_pem
from reader_gateway.settings import GatewaySettings, ReaderSlots, TerminalPort

KEY = ec.generate_private_key(ec.SECP256R1())
NIK = "3372994101800001"
SETTINGS = {
    "region": "3372",
    "gateway": "kelurahan-jebres",
    "institution": "kelurahan-jebres",
    "place": "33.72.04.1010",
    "amqp_url": "amqp://127.0.0.1:1",
    "spool": Path("spool.sqlite"),
    "identity_key": private_pem(KEY),
    "verification_public_key": public_pem(KEY),
}


def settings(readers: Mapping[str, object], **more: str) -> GatewaySettings:
    return GatewaySettings(readers=readers, **SETTINGS, **more)  # type: ignore[arg-type]  # as the environment has them


def test_readers_on_pcsc_and_terminals_stand_side_by_side() -> None:
    readers = {"loket-1": {"card": "ACS * 00"}, "loket-2": {"terminal": "/dev/ttyUSB*"}}
    assert settings(readers, terminal_operator_nik=NIK).readers == {
        "loket-1": ReaderSlots(card="ACS * 00"),
        "loket-2": TerminalPort(terminal="/dev/ttyUSB*"),
    }


def test_a_counter_without_a_terminal_needs_no_operator() -> None:
    assert settings({"loket-1": {"card": "ACS * 00"}}).terminal_operator_nik is None


@pytest.mark.parametrize(
    ("readers", "more", "why"),
    [
        ({"loket-2": {"terminal": "/dev/ttyUSB*"}}, {}, "a terminal needs KETUK_TERMINAL_OPERATOR_NIK"),
        ({"loket-2": {"terminal": "/dev/tty*", "card": "ACS"}}, {}, "unknown field `card`"),
        ({"loket-2": {"terminal": ""}}, {}, "length >= 1"),
        ({"loket-2": {}}, {}, "missing required field `card`"),
        ({"loket-2": {"terminal": "x"}}, {"terminal_operator_nik": "33"}, "should match pattern"),
        (
            {"loket-2": {"terminal": "x"}},
            {"terminal_operator_nik": NIK, "terminal_operator": "a#b"},
            "should match pattern",
        ),
    ],
)
def test_a_wrong_terminal_is_refused_with_its_reason(
    readers: Mapping[str, object], more: dict[str, str], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        settings(readers, **more)
