"""`ketuk people list|add`."""

from enum import StrEnum
from typing import Annotated

import typer

from operations import shown
from operations.registry_office import ask

commands = typer.Typer(no_args_is_help=True)


class Role(StrEnum):
    """What somebody may do."""

    VIEWER = "viewer"
    OFFICER = "officer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@commands.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Small letters, digits, hyphens.")],
    role: Annotated[Role, typer.Option(help="What they may do.")],
    password: Annotated[
        str,
        typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, help="12 characters or more."),
    ],
) -> None:
    """Add somebody who signs in, or give them another role and password."""
    saved = ask("PUT", f"/v1/people/{name}", {"role": role.value, "password": password})
    shown.note(f"{saved['person']} is {saved['role']}.")


@commands.command("list")
def list_people() -> None:
    """Everybody who signs in."""
    shown.contents(ask("GET", "/v1/people"), json=False)
