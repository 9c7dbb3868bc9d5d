"""The commands, put together."""

import typer

from operations.on_demand import OnDemand

ketuk = typer.Typer(
    name="ketuk", cls=OnDemand, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@ketuk.callback()
def _commands() -> None:
    """What operators do with Ketuk from the command line."""
