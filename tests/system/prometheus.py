"""A private Prometheus with our alert rules, made quick, over services as child processes."""

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dev.stack.ports import free_ports
from dev.stack.stack import Stack
from dev.stack.waiting import until_ready
from tests.system.board_picture import Series

RULES = Path(__file__).parents[2] / "deploy" / "monitoring" / "alerts.yml"
NAME = "prometheus"
BOUND_SECONDS = 180.0
QUICK = {"> 60": "> 3", "> 1000": "> 5"}
"""Thresholds that a test cannot wait for, and what stands for them."""


class Prometheus:
    """Scrapes and evaluates every second; an alert need not stand for long before it fires."""

    def __init__(self, *, stack: Stack, services: Mapping[str, str]) -> None:
        """`services`: by name, host and port."""
        (self._port,) = free_ports(1)
        self._stack = stack
        self._folder = stack.folder / NAME
        self._folder.mkdir()
        (self._folder / "prometheus.yml").write_text(yaml.safe_dump(self._configuration(services)))
        (self._folder / "alerts.yml").write_text(self._rules())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._stack.children.start(
            NAME,
            [
                "prometheus",
                # by their bare names: its pages show the paths of rules
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{self._port}",
            ],
            folder=self._folder,
        )  # fmt: skip
        until_ready(NAME, self._answers, children=self._stack.children)

    def stop(self) -> None:
        """End it."""
        self._stack.children.stop(NAME)

    def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        return {
            alert["labels"]["alertname"]
            for alert in self._ask("alerts")["alerts"]
            if alert["state"] == "firing"
        }

    def until_it_fires(self, alert: str) -> None:
        """Wait until an alert fires."""
        self._until(alert, fires=True)

    def until_it_ends(self, alert: str) -> None:
        """Wait until an alert does not fire any more."""
        self._until(alert, fires=False)

    def series(self, query: str) -> int:
        """How many series a query finds. Fails the test where it cannot be understood."""
        return len(self._ask(f"query?query={urllib.parse.quote(query)}")["result"])

    def lately(self, query: str, *, seconds: float = 120) -> Series:
        """What a query answers over the last while: labels and (time, value), of what is a number."""
        now = time.time()
        told = {"query": query, "start": now - seconds, "end": now, "step": 2}
        found = self._ask(f"query_range?{urllib.parse.urlencode(told)}")["result"]
        lines = [
            (each["metric"], [(moment, float(value)) for moment, value in each["values"] if value != "NaN"])
            for each in found
        ]
        return [(labels, points) for labels, points in lines if points]

    def _until(self, alert: str, *, fires: bool) -> None:
        deadline = time.monotonic() + BOUND_SECONDS
        while (alert in self.firing()) is not fires:
            assert time.monotonic() < deadline, f"{alert} {'does not fire' if fires else 'still fires'}"
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            self._ask("status/buildinfo")
        except OSError:
            return False
        return True

    def _ask(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=5) as answer:  # noqa: S310  our own
            return dict(json.loads(answer.read())["data"])

    def _configuration(self, services: Mapping[str, str]) -> dict[str, Any]:
        broker = self._stack.rabbitmq.metrics
        jobs: dict[str, list[str]] = {"verification": [], "registry": [], "gateway": []}
        jobs |= {"broker": [broker], "queues": [broker]}
        for name, address in services.items():
            jobs[name.partition("-")[0]].append(address)
        configs: list[dict[str, Any]] = [
            {"job_name": job, "static_configs": [{"targets": targets}]} for job, targets in jobs.items()
        ]
        queues = yaml.safe_load((RULES.parent / "prometheus.yml").read_text())["scrape_configs"][-1]
        configs[-1] |= {"metrics_path": queues["metrics_path"], "params": queues["params"]}
        return {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["alerts.yml"],
            "scrape_configs": configs,
        }

    @staticmethod
    def _rules() -> str:
        rules = re.sub(r"for: \d+m", "for: 2s", RULES.read_text())
        for slow, quick in QUICK.items():
            assert slow in rules
            rules = rules.replace(slow, quick)
        return rules
