"""Nothing waits in queues that an earlier test filled."""

from collections.abc import Iterable

from aio_pika.abc import AbstractChannel


async def purge(channel: AbstractChannel, queues: Iterable[str]) -> None:
    """Remove all that waits in queues, which have to be there."""
    for name in queues:
        await (await channel.get_queue(name, ensure=False)).purge()
