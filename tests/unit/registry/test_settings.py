from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.runtime.settings import load
from registry.settings import RegistrySettings


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for name, text in {
        "registry_key": private_pem(key),
        "verification_signing_public_key": public.decode(),
        "card_ref_key": "0a" * 32,
        "agency_signing_key": private_pem(key),
        "pseudonym_key": "0b" * 32,
        "api_token": "t" * 43,
    }.items():
        (tmp_path / f"ketuk_{name}").write_text(text)
    monkeypatch.setenv("KETUK_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("KETUK_REGION", "3372")
    for name in ("AMQP_URL", "AGENCIES_AMQP_URL", "DATABASE_URL"):
        monkeypatch.setenv(f"KETUK_{name}", "x://")
    return tmp_path


@pytest.mark.usefixtures("secrets")
def test_keys_come_from_secret_files_and_are_not_shown() -> None:
    settings = load(RegistrySettings)
    assert settings.card_ref_key.get_secret_value() == "0a" * 32
    assert "0a0a" not in repr(settings)
    assert "PRIVATE" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("registry_key", "no key"),
        ("registry_key", private_pem(ec.generate_private_key(ec.SECP384R1()))),
        ("verification_signing_public_key", "no key"),
        ("card_ref_key", "0a" * 31),
        ("pseudonym_key", "zz" * 32),
        ("api_token", "short"),
        ("region", "9999"),
        ("http_port", "many"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it_and_exit_code_2(
    secrets: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    wrong: str,
) -> None:
    monkeypatch.delenv(f"KETUK_{name.upper()}", raising=False)
    (secrets / f"ketuk_{name}").write_text(wrong)
    with pytest.raises(SystemExit) as exit_:
        load(RegistrySettings)
    assert exit_.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"KETUK_{name.upper()}: ")
    assert "PRIVATE" not in line
