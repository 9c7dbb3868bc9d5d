"""The commands, put together."""

import typer

from operations import dead

ketuk = typer.Typer(name="ketuk", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
ketuk.add_typer(dead.commands, name="dead", help="Messages that could not be worked on.")


@ketuk.callback()
def _commands() -> None:
    """What operators do with Ketuk from the command line."""
