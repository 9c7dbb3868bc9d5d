"""A consumer in a process that one message kills: `python -m tests.integration.chassis.mortal QUEUE POISON`.

Started once, it makes a new child whenever one has died, as a supervisor would: by fork, so that twenty
lives take a second. What a child has worked on it writes to standard output. `AMQP_URL` says where.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

import uvloop
from prometheus_client import CollectorRegistry

from chassis.messaging.batch_consumer import Arrival, BatchConsumer, Conclusion, Settled
from chassis.messaging.batch_metrics import BatchMetrics
from chassis.messaging.broker import Broker


async def well() -> None:
    """A dependency that answers."""


async def life(*, url: str, queue: str, poison: str) -> None:
    """Consume until the poison comes."""

    async def work(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        ids = [str(arrival.event.id) for arrival in arrivals]
        if poison in ids:
            os.write(1, f"dies {len(ids)}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        os.write(1, "".join(f"did {each}\n" for each in ids).encode())
        return [Settled() for _ in arrivals]

    consumer = BatchConsumer(
        broker=Broker(url=url, name="mortal"),
        queue=queue,
        handle=work,
        ready=well,
        metrics=BatchMetrics(registry=CollectorRegistry()),
        at_once=2,  # as verification
    )
    await consumer.run(asyncio.Event())


def main(queue: str, poison: str) -> None:
    """Children one after the other, until all are killed."""
    url = os.environ["AMQP_URL"]
    while True:
        child = os.fork()
        if child == 0:
            uvloop.run(life(url=url, queue=queue, poison=poison))
            return
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
