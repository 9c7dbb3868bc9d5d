"""`ketuk dead list|show|replay|purge`."""

import asyncio
import logging
from collections import Counter as Tally
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, PublishError

from chassis.messaging.broker import Broker
from chassis.runtime.settings import Settings, load
from chassis.runtime.tls import trust
from operations import shown
from operations.dead_letter import Choice, DeadLetter, NotAgain, content_of
from operations.dead_letters import DeadLetters, opened

commands = typer.Typer(no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or their beginnings.", show_default=False)]
Queue = Annotated[str | None, typer.Option(help="Died in this queue.")]
Reason = Annotated[str | None, typer.Option(help="Part of the reason.")]
Type = Annotated[str | None, typer.Option("--type", help="Part of the type, such as card.read.")]
Since = Annotated[datetime | None, typer.Option(help="Died at this time or later (UTC).")]
All = Annotated[bool, typer.Option("--all", help="All that the other options leave.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


class DeadSettings(Settings):
    """What the command is told."""

    amqp_url: str
    """As the account `operator`."""


@commands.command("list")
def list_letters(
    queue: Queue = None,
    reason: Reason = None,
    type_: Type = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 1000,
    *,
    json: Json = False,
) -> None:
    """What lies there: where it died, of what, when, and from whom it was."""
    choice = _choice([], queue, reason, type_, since)

    async def look(letters: DeadLetters) -> None:
        found: list[DeadLetter] = []
        async for letter, _ in letters.look(choice):
            if len(found) == limit:
                break
            found.append(letter)
        shown.letters(found, json=json)

    _do(look)


@commands.command("show")
def show_letter(ids: Ids = None, *, json: Json = False) -> None:
    """All that may be seen of some; sealed parts stay sealed."""
    choice = _choice(ids, None, None, None, None)
    _refuse_all_by_accident(choice, everything=False)

    async def look(letters: DeadLetters) -> None:
        found = [
            {**asdict(letter), "content": content_of(message)}
            async for letter, message in letters.look(choice)
        ]
        shown.contents(found, json=json)
        _refuse_none(len(found))

    _do(look)


@commands.command("replay")
def replay_letters(
    ids: Ids = None,
    queue: Queue = None,
    reason: Reason = None,
    type_: Type = None,
    since: Since = None,
    *,
    everything: All = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    json: Json = False,
) -> None:
    """Send some again, as they were; a mark says that they were replayed."""
    choice = _choice(ids, queue, reason, type_, since)
    _refuse_all_by_accident(choice, everything=everything)
    _take(
        choice,
        DeadLetters.replay,
        word="would be replayed" if dry_run else "replayed",
        dry=dry_run,
        json=json,
    )


@commands.command("purge")
def purge_letters(
    ids: Ids = None,
    queue: Queue = None,
    reason: Reason = None,
    type_: Type = None,
    since: Since = None,
    *,
    everything: All = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="Really throw them away.")] = False,
    json: Json = False,
) -> None:
    """Throw some away for good."""
    choice = _choice(ids, queue, reason, type_, since)
    _refuse_all_by_accident(choice, everything=everything)
    word = "purged" if confirm else "would be purged"
    _take(choice, DeadLetters.purge, word=word, dry=not confirm, json=json)
    if not confirm:
        shown.note("Nothing was thrown away: say --confirm.")
        raise typer.Exit(2)


def _take(
    choice: Choice,
    take: Callable[[DeadLetters, AbstractIncomingMessage], Awaitable[None]],
    *,
    word: str,
    dry: bool,
    json: bool,
) -> None:
    async def go(letters: DeadLetters) -> None:
        taken, left = [], []
        refused: Tally[str] = Tally()
        async for letter, message in letters.look(choice):
            try:
                if not dry:
                    await take(letters, message)
            except PublishError:
                left.append(letter)
            except NotAgain as why:
                refused[str(why)] += 1
            else:
                taken.append(letter)
        shown.letters(taken, json=json, word=word)
        for because, count in refused.items():
            shown.note(f"{count} stay: {because}.")
        if left:
            shown.note(f"{len(left)} stay: no queue wants them any more.")
        if left or refused:
            raise typer.Exit(1)
        _refuse_none(len(taken))

    _do(go)


def _choice(
    ids: list[str] | None, queue: str | None, reason: str | None, type_: str | None, since: datetime | None
) -> Choice:
    return Choice(
        ids=tuple(ids or ()),
        queue=queue,
        reason=reason,
        type=type_,
        since=since and since.replace(tzinfo=since.tzinfo or UTC),
    )


def _refuse_all_by_accident(choice: Choice, *, everything: bool) -> None:
    if choice == Choice() and not everything:
        shown.note("Which ones? Name ids or options, or say --all.")
        raise typer.Exit(2)


def _refuse_none(count: int) -> None:
    if count == 0:
        shown.note("There is no such dead letter.")
        raise typer.Exit(1)


def _do(what: Callable[[DeadLetters], Awaitable[None]]) -> None:
    # the libraries' own words on a failure would stand beside ours
    logging.getLogger().addHandler(logging.NullHandler())
    settings = load(DeadSettings)
    broker = Broker(url=settings.amqp_url, name="ketuk dead", trust=trust(settings.ca_file))

    async def go() -> None:
        async with opened(broker) as letters:
            await what(letters)

    try:
        asyncio.run(go())
    except (AMQPError, OSError) as failure:
        shown.note(f"The broker is not reached: {str(failure) or type(failure).__name__}")
        raise typer.Exit(1) from None
