"""`ketuk citizen looks|export|erase`. The NIK is asked for, so that no shell remembers it."""

from typing import Annotated

import typer

from operations import shown
from operations.registry_office import ask

commands = typer.Typer(no_args_is_help=True)

Nik = Annotated[str, typer.Option(prompt="NIK", help="Better left out: it is asked for.")]
Reason = Annotated[str, typer.Option(help="Why, for the audit log.")]


@commands.command("looks")
def looks(reason: Reason, nik: Nik) -> None:
    """Who looked at somebody's data: institutions that were told, and people of the office."""
    shown.contents([ask("POST", "/v1/citizens/looks", {"nik": nik}, reason=reason)], json=False)


@commands.command("export")
def export(reason: Reason, nik: Nik) -> None:
    """All that is held about somebody, as JSON."""
    shown.contents([ask("POST", "/v1/citizens/export", {"nik": nik}, reason=reason)], json=False)


@commands.command("erase")
def erase(reason: Reason, nik: Nik) -> None:
    """Erase somebody for good; statistics and the audit log's chain stay."""
    typer.confirm("This cannot be undone. Go on?", abort=True)
    shown.contents([ask("POST", "/v1/citizens/erase", {"nik": nik}, reason=reason)], json=False)
