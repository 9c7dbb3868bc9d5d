"""What each container takes while nobody taps."""

import http.client
import json
import socket
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psutil

from tests.compose.containers import Containers

SECONDS = 30.0
_ENGINE = "/var/run/docker.sock"


@dataclass(frozen=True, kw_only=True)
class AtRest:
    """One container, observed for a while with nothing to do; its health checks are counted with it."""

    service: str
    image_mb: float
    resident_mb: float
    """Of its largest process."""
    cpu_percent: float
    """Of one core."""


class _Engine(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(_ENGINE)


def look_at_rest(containers: Containers) -> list[AtRest]:
    """Observe all containers that run, over `SECONDS`."""
    running = containers.compose("ps", "-q").split()
    seen = {each: containers.seen(each) for each in running}
    seen = {each: found for each, found in seen.items() if found["State"]["Running"]}
    before = {each: _cpu_seconds(each) for each in seen}
    # nothing is awaited here: doing nothing for a while is what is measured
    time.sleep(SECONDS)
    return [
        AtRest(
            service=found["Config"]["Labels"]["com.docker.compose.service"],
            image_mb=round(_image_bytes(containers, found["Image"]) / 1e6, 1),
            resident_mb=round(_resident(found["State"]["Pid"]) / 1e6, 1),
            cpu_percent=round(100 * (_cpu_seconds(each) - before[each]) / SECONDS, 2),
        )
        for each, found in seen.items()
    ]


def _resident(pid: int) -> int:
    first = psutil.Process(pid)
    return max(process.memory_info().rss for process in (first, *first.children(recursive=True)))


def _image_bytes(containers: Containers, image: str) -> int:
    return int(containers.run("docker", "image", "inspect", "-f", "{{.Size}}", image))


def _cpu_seconds(container: str) -> float:
    with closing(_Engine("engine")) as engine:
        engine.request("GET", f"/containers/{container}/stats?stream=false&one-shot=true")
        with engine.getresponse() as answer:
            found: dict[str, Any] = json.loads(answer.read())
    return float(found["cpu_stats"]["cpu_usage"]["total_usage"]) / 1e9
