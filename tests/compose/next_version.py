"""A next version of verification, which adds one field to its verdict."""

import shutil
from pathlib import Path

from tests.compose.containers import NEXT, ROOT, Containers

ADDED = "trial_note"
_BEFORE = "class TapJudged(Struct, frozen=True, kw_only=True):\n"


def build_next(containers: Containers, *, folder: Path) -> None:
    """Build the image of verification with the tag `NEXT` from a changed copy of this checkout."""
    context = folder / "next"
    for name in ("requirements", "proto", "services", "simulator", "dev", "deploy"):
        shutil.copytree(ROOT / name, context / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".dockerignore"):
        shutil.copy(ROOT / name, context / name)
    contract = context / "proto" / "ketuk_events" / "taps.py"
    before, head, after = contract.read_text().partition(_BEFORE)
    docstring, blank, fields = after.partition("\n\n")
    assert head
    contract.write_text(f'{before}{head}{docstring}{blank}    {ADDED}: str = "next"\n{fields}')
    image = containers.compose("config").split("image: ketuk-verification")[0]
    python = image.rsplit("PYTHON_IMAGE: ", 1)[1].split()[0]
    containers.run(
        "docker", "build", "-q", "-f", str(context / "deploy" / "Dockerfile"), "--target", "verification",
        "--build-arg", f"PYTHON_IMAGE={python}", "-t", f"ketuk-verification:{NEXT}", str(context),
        DOCKER_BUILDKIT="0",
    )  # fmt: skip
