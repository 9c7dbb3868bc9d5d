"""How many messages lie in a queue."""

from aio_pika.abc import AbstractChannel


async def depth(channel: AbstractChannel, queue: str) -> int:
    """Messages in a queue that nobody holds. Raises ChannelNotFoundEntity where there is no such queue."""
    found = await channel.declare_queue(queue, passive=True)
    return found.declaration_result.message_count or 0
