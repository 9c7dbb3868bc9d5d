"""`ketuk residents import FILE`."""

import asyncio
import os
import time
from collections import Counter, deque
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import aiohttp
import typer
from rich.progress import Progress, TaskID

from chassis.runtime.settings import load
from chassis.runtime.tls import trust
from operations import shown
from operations.registry_office import OfficeSettings
from operations.resident_file import COLUMNS, MENDING, NotThisFormat, Part, ResidentFile

commands = typer.Typer(no_args_is_help=True)
_AT_ONCE = 2
"""Parts on their way: the registry reads one while its database writes the other."""
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
PATIENCE_SECONDS = 120.0
"""How long a registry that is away is asked again."""


class _Refused(Exception):
    """The registry does not want what is sent, or is away for too long."""


@commands.callback()
def _commands() -> None:
    """Residents of the city."""


@commands.command("import")
def import_residents(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8.", exists=True, dir_okay=False, readable=True)],
    refused: Annotated[
        Path | None,
        typer.Option(help="Where refused lines go, to be mended and imported; FILE.refused.csv otherwise."),
    ] = None,
) -> None:
    """Import residents. It may be ended at any time and run again; what is there already stays as it is."""
    settings = load(OfficeSettings)
    target = refused or file.with_name(f"{file.name.removesuffix('.csv')}.refused.csv")
    try:
        done = asyncio.run(_run(settings, file, file.stat().st_size, target))
    except NotThisFormat as failure:
        shown.note(str(failure))
        raise typer.Exit(2) from None
    except ExceptionGroup as failures:
        refusals, others = failures.split(_Refused)
        if refusals is None or others is not None:
            raise
        shown.note(str(refusals.exceptions[0]))
        raise typer.Exit(1) from None
    shown.note(
        f"{done['new']} new, {done['changed']} changed, {done['unchanged']} unchanged, "
        f"{done['refused']} refused{f': {target}' if done['refused'] else ''}"
    )
    raise typer.Exit(3 if done["refused"] else 0)


async def _run(settings: OfficeSettings, path: Path, size: int, target: Path) -> Mapping[str, int]:
    """Everything; the file of refused lines is there whole, or not at all."""
    # a name of its own: another import of the file may go on beside this one
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    headers = {"Authorization": f"Bearer {settings.api_token.get_secret_value()}"}
    with path.open("rb") as file, unfinished.open("wb") as out, Progress(console=shown.progress()) as bar:
        residents = ResidentFile(file=file)
        try:
            residents.read_header()
            async with aiohttp.ClientSession(
                settings.registry_url,
                headers=headers,
                connector=aiohttp.TCPConnector(ssl=trust(settings.ca_file) or True),
                timeout=aiohttp.ClientTimeout(total=60),
            ) as registry:
                task = bar.add_task(path.name, total=size)
                done = await _send_all(registry, residents, out, bar, task)
        except BaseException:
            unfinished.unlink()
            raise
    if done["refused"]:
        unfinished.replace(target)
    else:
        unfinished.unlink()
    return done


async def _send_all(
    registry: aiohttp.ClientSession, residents: ResidentFile, out: BinaryIO, bar: Progress, task: TaskID
) -> Mapping[str, int]:
    done: Counter[str] = Counter()
    out.write(f"{','.join((*COLUMNS, *MENDING))}\n".encode())
    sent: deque[tuple[Part, asyncio.Task[Any]]] = deque()

    async def settle() -> None:
        part, sending = sent.popleft()
        answer = await sending
        bad = [*part.bad, *(part.refused(each["row"], each["reason"]) for each in answer["refused"])]
        out.writelines(
            each.written(mended=residents.mended) for each in sorted(bad, key=lambda each: each.line)
        )
        done.update({name: answer[name] for name in ("new", "changed", "unchanged")}, refused=len(bad))
        bar.update(task, completed=part.read)

    async with asyncio.TaskGroup() as group:
        for part in residents.parts():
            sent.append((part, group.create_task(_send(registry, part))))
            # a part is on its way before the next is cut
            await asyncio.sleep(0)
            if len(sent) == _AT_ONCE:
                await settle()
        while sent:
            await settle()
    return done


async def _send(registry: aiohttp.ClientSession, part: Part) -> Any:  # noqa: ANN401  what the registry answers
    deadline = time.monotonic() + PATIENCE_SECONDS
    wait = 0.1
    while True:
        try:
            async with registry.post(
                "/v1/residents/import", data=part.body, headers={"Content-Type": "text/csv"}
            ) as answer:
                if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in _LATER:
                    found = await answer.json(content_type=None)
                    if answer.ok:
                        return found
                    raise _Refused(f"The registry refuses: {found.get('detail') or found.get('title')}")
                why = f"it answers {answer.status}"
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as failure:
            why = str(failure) or type(failure).__name__
        if time.monotonic() > deadline:
            raise _Refused(f"The registry is not reached: {why}")
        await asyncio.sleep(wait)
        wait = min(2.0, 2 * wait)
