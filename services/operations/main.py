"""The commands, put together."""

import typer

from operations import audit, cards, citizen, dead, key, people, residents

ketuk = typer.Typer(name="ketuk", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
ketuk.add_typer(dead.commands, name="dead", help="Messages that could not be worked on.")
ketuk.add_typer(audit.commands, name="audit", help="What was done in the registry, and by whom.")
ketuk.add_typer(citizen.commands, name="citizen", help="What a citizen may ask for.")
ketuk.add_typer(key.commands, name="key", help="The city's root, and the keys that it signs.")
ketuk.add_typer(people.commands, name="people", help="Who signs in to the registry.")
ketuk.add_typer(cards.commands, name="cards", help="Cards, one at a time.")
ketuk.add_typer(residents.commands, name="residents", help="Residents of the city.")


@ketuk.callback()
def _commands() -> None:
    """What operators do with Ketuk from the command line."""
