from pathlib import Path

import pytest

from chassis.runtime.settings import ServedSettings, Settings, load


class Told(Settings):
    region: str
    port: int = 8000
    api_token: str


class Served(ServedSettings):
    http_port: int = 8000
    amqp_url: str = "amqp://v:p@127.0.0.1/ketuk"


def refusal(capsys: pytest.CaptureFixture[str], kind: type[Settings] = Told) -> str:
    with pytest.raises(SystemExit) as ended:
        load(kind)
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line


def test_settings_come_from_the_environment_and_from_secret_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ketuk_api_token").write_text("t0ken")
    monkeypatch.setenv("KETUK_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("KETUK_REGION", "3372")
    told = load(Told)
    assert (told.region, told.port, told.api_token) == ("3372", 8000, "t0ken")


def test_a_missing_setting_is_one_line_that_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys).startswith("KETUK_REGION is missing: set it, or put it into a file ketuk_region")


def test_a_wrong_setting_is_one_line_that_names_it_and_never_quotes_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KETUK_REGION", "3372")
    monkeypatch.setenv("KETUK_API_TOKEN", "t0ken")
    monkeypatch.setenv("KETUK_PORT", "s3cret")
    line = refusal(capsys)
    assert line.startswith("KETUK_PORT: ")
    assert "s3cret" not in line


def test_a_folder_of_secrets_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KETUK_SECRETS_DIR", "/nowhere")
    assert refusal(capsys) == "KETUK_SECRETS_DIR: /nowhere is not a folder\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KETUK_AMQP_URL", "amqp://v:s3cret@broker/ketuk"),
        ("KETUK_OTLP_ENDPOINT", "http://broker:4318"),
    ],
)
def test_an_address_of_another_machine_without_tls_is_one_line_unless_its_host_is_admitted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    line = refusal(capsys, Served)
    assert line.startswith(f"{name}: ")
    assert "broker is another machine: it must be reached by TLS" in line
    assert "s3cret" not in line
    monkeypatch.setenv("KETUK_PLAIN_HOSTS", '["broker"]')
    assert load(Served).plain_hosts == {"broker"}


def test_http_for_other_machines_needs_a_certificate_unless_the_host_is_admitted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KETUK_HTTP_HOST", "0.0.0.0")  # noqa: S104  nothing is bound
    line = refusal(capsys, Served)
    assert line.startswith("KETUK_HTTP_CERT_FILE: ")
    assert "KETUK_HTTP_HOST=0.0.0.0 is for other machines" in line
    monkeypatch.setenv("KETUK_PLAIN_HOSTS", '["0.0.0.0"]')
    assert load(Served).http_host == "0.0.0.0"  # noqa: S104  nothing is bound
