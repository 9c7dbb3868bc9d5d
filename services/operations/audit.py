"""`ketuk audit list|verify|disclosures`."""

from typing import Annotated, Any

import typer

from operations import shown
from operations.registry_office import ask

commands = typer.Typer(no_args_is_help=True)

Anchor = Annotated[str | None, typer.Option(help="POSITION:HASH, as this command printed it earlier.")]


@commands.command("list")
def list_entries(
    after: Annotated[int, typer.Option(help="Entries after this position.", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=1000)] = 100,
    *,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What was done, oldest first."""
    shown.contents(ask("GET", f"/v1/audit?after={after}&limit={limit}")["entries"], json=json)


@commands.command("verify")
def verify(anchor: Anchor = None) -> None:
    """Find what was altered, removed or moved in the log; exits with 1 where something was."""
    found = _verified("/v1/audit", anchor)
    _tell(found, f"{found['entries']} entries, {found['erased']} erased")


@commands.command("disclosures")
def verify_disclosures(
    institution: Annotated[str, typer.Argument(help="Its name in the registry.")],
    anchor: Anchor = None,
) -> None:
    """Find what was altered or removed in what an institution was told; exits with 1 where something was."""
    found = _verified(f"/v1/disclosures/{institution}", anchor)
    _tell(
        found,
        f"{found['disclosures']} disclosures, {found['removed']} removed after their time, "
        f"{found['outside']} outside the chain",
    )


def _verified(log: str, anchor: str | None) -> dict[str, Any]:
    return dict(ask("GET", f"{log}/verification" + (f"?anchor={anchor}" if anchor else "")))


def _tell(found: dict[str, Any], counted: str) -> None:
    for finding in found["findings"]:
        shown.note(f"entry {finding['position']}: {finding['what']}")
    shown.note(
        f"{counted}, {len(found['findings'])} findings. "
        f"Write down, elsewhere: {found['position']}:{found['hash']}"
    )
    if found["findings"]:
        raise typer.Exit(1)
