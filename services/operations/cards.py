"""`ketuk cards activate|history`."""

from typing import Annotated

import typer

from operations import shown
from operations.registry_office import ask

commands = typer.Typer(no_args_is_help=True)
CardRef = Annotated[str, typer.Argument(help="The card's name in the registry, 64 hexadecimal digits.")]


@commands.command("activate")
def activate(
    card: CardRef,
    place: Annotated[str, typer.Option(help="Kemendagri code of where it was done.")],
    officer: Annotated[str, typer.Option(help="Who matched the holder's finger.")],
    version: Annotated[int | None, typer.Option(help="Only where the card still has this version.")] = None,
) -> None:
    """Record that a card was activated, with its holder there."""
    sent = {"place": place, "officer": officer} | ({} if version is None else {"version": version})
    found = ask("POST", f"/v1/cards/{card}/activate", sent)
    shown.note(f"{found['status']}, version {found['version']}")


@commands.command("history")
def history(card: CardRef) -> None:
    """What became of a card."""
    shown.contents(ask("GET", f"/v1/cards/{card}/history"), json=False)
