import stat
from pathlib import Path

import pytest

from simulator.issuer import Issuer


def test_an_issuer_survives_its_file(tmp_path: Path) -> None:
    issuer = Issuer.generate()
    issuer.save(tmp_path / "issuer.json")
    again = Issuer.load(tmp_path / "issuer.json")
    assert again.public_key_pem() == issuer.public_key_pem()
    assert again.master_key == issuer.master_key


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    Issuer.generate().save(tmp_path / "issuer.json")
    assert stat.S_IMODE((tmp_path / "issuer.json").stat().st_mode) == 0o600


def test_an_issuer_is_never_overwritten(tmp_path: Path) -> None:
    Issuer.generate().save(tmp_path / "issuer.json")
    with pytest.raises(FileExistsError):
        Issuer.generate().save(tmp_path / "issuer.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"signing_key": "x", "master_key": "00"}'])
def test_a_file_without_an_issuer_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "issuer.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"issuer\.json holds no issuer"):
        Issuer.load(path)


def test_every_card_has_keys_of_its_own() -> None:
    issuer = Issuer.generate()
    control = bytes(51)
    first, second = (issuer.card_keys(uid8=b"\x80" + bytes((n,)) * 7, control=control) for n in (1, 2))
    assert len({first.encryption, first.mac, second.encryption, second.mac}) == 4
