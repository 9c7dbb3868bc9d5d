import shutil
from pathlib import Path

import pytest

from dev.compose.authority import new_authority, new_certificate
from tests.integration.refusals.process import ended


def copied(settings: dict[str, str], folder: Path) -> dict[str, str]:
    """Settings with a copy of their secrets, to be spoiled."""
    shutil.copytree(settings["KETUK_SECRETS_DIR"], folder)
    return settings | {"KETUK_SECRETS_DIR": str(folder)}


async def test_a_missing_secret_is_one_line_that_says_what_to_do(
    verification: dict[str, str], tmp_path: Path
) -> None:
    spoiled = copied(verification, tmp_path / "secrets")
    (tmp_path / "secrets" / "ketuk_signing_key").unlink()
    end = await ended("verification", settings=spoiled)
    assert end.code == 2
    assert end.line.startswith(
        "KETUK_SIGNING_KEY is missing: set it, or put it into a file ketuk_signing_key"
    )


@pytest.mark.parametrize(
    ("content", "because"), [("", "Unable to load PEM"), ("-----BEGIN NONSENSE-----", "Unable to load PEM")]
)
async def test_a_secret_that_is_none_is_named_and_not_quoted(
    verification: dict[str, str], tmp_path: Path, content: str, because: str
) -> None:
    spoiled = copied(verification, tmp_path / "secrets")
    (tmp_path / "secrets" / "ketuk_signing_key").write_text(content)
    end = await ended("verification", settings=spoiled)
    assert end.code == 2
    assert end.line.startswith("KETUK_SIGNING_KEY: ")
    assert because in end.line
    assert "NONSENSE" not in end.line


async def test_a_secret_that_cannot_be_read_is_named(verification: dict[str, str], tmp_path: Path) -> None:
    spoiled = copied(verification, tmp_path / "secrets")
    unreadable = tmp_path / "secrets" / "ketuk_signing_key"
    unreadable.chmod(0o000)
    end = await ended("verification", settings=spoiled, bound_by_modes=True)
    assert end.code == 2
    assert str(unreadable) in end.line
    assert "Permission denied" in end.line


@pytest.mark.parametrize("module", ["registry", "reader_gateway", "chassis.topology"])
async def test_every_part_refuses_to_start_without_its_settings(module: str, tmp_path: Path) -> None:
    end = await ended(module, settings={"KETUK_SECRETS_DIR": str(tmp_path)})
    assert end.code == 2
    assert " is missing: set it, or put it into a file " in end.line


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (("verification",), "KETUK_AMQP_URL", "amqp://verification:s3cret@broker/ketuk"),
        (("verification",), "KETUK_DATABASE_URL", "postgresql://verification:s3cret@database/verification"),
        (("verification",), "KETUK_OTLP_ENDPOINT", "http://collector:4318"),
        (
            ("chassis.storage.migrations", "verification"),
            "KETUK_DATABASE_URL",
            "postgresql://v:s3cret@database/v",
        ),
        (("chassis.topology",), "KETUK_MANAGEMENT_URL", "http://admin:s3cret@broker:15672"),
    ],
)
async def test_a_part_that_would_speak_to_another_machine_without_tls_does_not_start(
    verification: dict[str, str], module: tuple[str, ...], name: str, value: str
) -> None:
    end = await ended(*module, settings=verification | {name: value})
    assert end.code == 2
    assert end.line.startswith(f"{name}: ")
    assert "is another machine" in end.line
    assert "s3cret" not in end.line


async def test_a_service_does_not_listen_to_other_machines_by_plain_http(
    verification: dict[str, str],
) -> None:
    end = await ended("verification", settings=verification | {"KETUK_HTTP_HOST": "0.0.0.0"})  # noqa: S104  it refuses
    assert end.code == 2
    assert "KETUK_HTTP_HOST=0.0.0.0 is for other machines: they need TLS" in end.line


async def test_an_own_certificate_that_does_not_fit_its_key_ends_the_start(
    verification: dict[str, str], tmp_path: Path
) -> None:
    authority = new_authority(name="Test")
    one, other = (new_certificate(authority, names=("localhost",)) for _ in range(2))
    (tmp_path / "cert.pem").write_text(one.certificate)
    (tmp_path / "key.pem").write_text(other.key)
    own = {
        "KETUK_HTTP_CERT_FILE": str(tmp_path / "cert.pem"),
        "KETUK_HTTP_KEY_FILE": str(tmp_path / "key.pem"),
    }
    end = await ended("verification", settings=verification | own)
    assert end.code == 2
    assert end.line.startswith("KETUK_HTTP_KEY_FILE: ")


async def test_authorities_that_are_not_there_end_the_start(verification: dict[str, str]) -> None:
    end = await ended("verification", settings=verification | {"KETUK_CA_FILE": "/nowhere/ca.pem"})
    assert end.code == 2
    assert end.line.startswith("KETUK_CA_FILE: ")


async def test_a_terminal_without_an_operator_ends_the_start(gateway: dict[str, str]) -> None:
    readers = {"KETUK_READERS": '{"loket-2": {"terminal": "/dev/ttyUSB*"}}'}
    end = await ended("reader_gateway", settings=gateway | readers)
    assert end.code == 2
    assert end.line == "KETUK_READERS: Value error, a terminal needs KETUK_TERMINAL_OPERATOR_NIK"


async def test_an_operators_nik_that_is_none_is_not_quoted(gateway: dict[str, str]) -> None:
    end = await ended("reader_gateway", settings=gateway | {"KETUK_TERMINAL_OPERATOR_NIK": "33729941"})
    assert end.code == 2
    assert end.line.startswith("KETUK_TERMINAL_OPERATOR_NIK: ")
    assert "33729941" not in end.line
