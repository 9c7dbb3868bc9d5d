from pathlib import Path

import msgspec
from typer.testing import CliRunner

from chassis.crypto.root_key import is_signed
from chassis.crypto.sealing import public_key
from dev.stack.secret_files import public_pem
from operations.main import ketuk
from registry.keys.api import KeyBody
from tests.unit.chassis.published import new_key


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(ketuk, ["key", *arguments])
    return done.exit_code, done.stdout


def test_what_the_root_signs_can_be_published_as_it_is_printed(tmp_path: Path) -> None:
    root, new = tmp_path / "root.pem", tmp_path / "new.pem"
    new.write_text(public_pem(new_key()))
    made, public = run("root", str(root))
    signed, printed = run(
        "sign", str(new), "--root", str(root), "--owner", "verification", "--until", "2099-01-01"
    )
    assert (made, signed) == (0, 0)
    assert root.stat().st_mode & 0o777 == 0o400
    body = msgspec.json.decode(printed, type=KeyBody)
    assert is_signed(body.key(), root=public_key(public))
    assert body.owner == "verification"


def test_a_root_that_is_there_is_not_made_anew(tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    run("root", str(root))
    before = root.read_text()
    assert run("root", str(root))[0] == 2
    assert root.read_text() == before


def test_what_is_no_key_is_not_signed(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no key")
    arguments = ("sign", str(wrong), "--root", str(wrong), "--owner", "registry", "--until", "2099-01-01")
    assert run(*arguments) == (2, "")
