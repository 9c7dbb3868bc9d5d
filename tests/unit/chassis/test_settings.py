from pathlib import Path

import pytest

from chassis.settings import Settings, load


class Told(Settings):
    region: str
    port: int = 8000
    api_token: str


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        load(Told)
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
