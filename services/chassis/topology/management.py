"""Applies a topology over RabbitMQ's management HTTP API; doing it again changes nothing."""

import re
import ssl
from base64 import b64encode
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from zlib import crc32

import aiohttp
import msgspec
from yarl import URL

from chassis.topology.model import Account, Queue, VirtualHost

OURS = "ketuk"
"""The tag of every account that this job made. It gives no right; what has it and is not known goes."""


class Refused(Exception):
    """The broker would not have it; `str()` names what and why."""


class Management:
    """The API of one broker, as an administrator."""

    def __init__(
        self, *, session: aiohttp.ClientSession, url: str, trust: ssl.SSLContext | None = None
    ) -> None:
        self._session = session
        self._url = URL(url)
        self._credentials = b64encode(f"{self._url.user}:{self._url.password}".encode()).decode()
        self._trust = trust or True

    async def apply(self, host: VirtualHost) -> None:
        """Declare a virtual host and all that is in it.

        Raises Refused where something is there already with other properties, and aiohttp.ClientError or
        TimeoutError where the broker does not answer, or not all of its nodes are ready.
        """
        await self._put({}, "vhosts", host.name)
        # RabbitMQ grants this to who makes a host, but only once it runs on every node: who has asked again
        # meanwhile would not have it yet
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        await self._put(everything, "permissions", host.name, str(self._url.user))
        await self._check_runs(host.name)
        for exchange in host.exchanges:
            body = {"type": exchange.kind, "durable": True}
            await self._put(body, "exchanges", host.name, exchange.name)
        for policy in host.policies:
            await self._put(
                {
                    "pattern": policy.pattern,
                    "definition": policy.definition,
                    "priority": policy.priority,
                    "apply-to": "queues",
                },
                "operator-policies" if policy.is_operators else "policies",
                host.name,
                policy.name,
            )
        there = {str(each["name"]): each for each in await self._get("queues", host.name)}
        nodes = sorted(str(each["name"]) for each in await self._get("nodes") if each.get("running"))
        for queue in host.queues:
            await self._queue(host, queue, there=there, nodes=nodes)
        for account in host.accounts:
            await self._account(host, account)

    async def _check_runs(self, host: str) -> None:
        """Start a virtual host on each node where it does not run; raise TimeoutError until it runs."""
        found = msgspec.json.decode(await self._send("GET", self._path("vhosts", host)), type=dict[str, Any])
        late = [node for node, state in found["cluster_state"].items() if state != "running"]
        for node in late:
            # a node that was joining when the host was made may have missed it
            await self._send("POST", self._path("vhosts", host, "start", node), {})
        if late:
            raise TimeoutError(f"the virtual host {host} does not run on {', '.join(late)}")

    async def forget(self, hosts: Sequence[VirtualHost]) -> None:
        """Take away accounts that this made once and that are in none of these hosts: revoked ones.

        With an account go its permissions, its connections, and the queue that only it read.
        """
        known = {account.name for host in hosts for account in host.accounts}
        queues = {(host.name, queue.name) for host in hosts for queue in host.queues}
        for user in await self._get("users"):
            name, tags = str(user["name"]), user["tags"]
            is_ours = OURS in (tags.split(",") if isinstance(tags, str) else tags)
            if is_ours and name not in known:
                reads = await self._readable(name)
                # the broker closes the connections of a user that is deleted
                await self._delete("users", name)
                for place, queue in reads - queues:
                    await self._delete("queues", place, queue)

    async def _readable(self, user: str) -> set[tuple[str, str]]:
        """Virtual host and name of each queue that an account may read."""
        return {
            (str(granted["vhost"]), str(queue["name"]))
            for granted in await self._get("users", user, "permissions")
            for queue in await self._get("queues", str(granted["vhost"]))
            if re.search(str(granted["read"]), str(queue["name"]))
        }

    async def _queue(
        self,
        host: VirtualHost,
        queue: Queue,
        *,
        there: Mapping[str, Mapping[str, object]],
        nodes: Sequence[str],
    ) -> None:
        body: dict[str, object] = {"durable": True, "arguments": {"x-queue-type": queue.kind}}
        # which node has which of them: the same at each run, and the counters' first ones spread
        first = crc32(queue.name.encode())
        for number in range(1 + min(queue.stand_ins, len(nodes) - 1)):
            name = queue.name if number == 0 else f"{queue.name}.{number}"
            found = there.get(name, {})
            if found.get("state") == "down":
                continue  # its node is away and brings it back; until then nothing can be said of it
            if queue.is_replaceable and found.get("arguments", body["arguments"]) != body["arguments"]:
                await self._delete("queues", host.name, name)
            if queue.stand_ins:
                body["node"] = nodes[(first + number) % len(nodes)]
            await self._put(body, "queues", host.name, name)
            for key in queue.keys:
                path = self._path("bindings", host.name, "e", queue.exchange, "q", name)
                await self._send("POST", path, {"routing_key": key})

    async def _account(self, host: VirtualHost, account: Account) -> None:
        tags = ",".join((OURS, *account.tags))
        await self._put({"password": account.password, "tags": tags}, "users", account.name)
        await self._put(
            {"configure": account.configure, "write": account.write, "read": account.read},
            "permissions",
            host.name,
            account.name,
        )
        for exchange, write, read in account.topics:
            body = {"exchange": exchange, "write": write, "read": read}
            await self._put(body, "topic-permissions", host.name, account.name)
        for limit, value in account.limits.items():
            await self._put({"value": value}, "user-limits", account.name, limit)

    async def _put(self, body: Mapping[str, object], *path: str) -> None:
        await self._send("PUT", self._path(*path), body)

    async def _get(self, *path: str) -> list[dict[str, Any]]:
        """A list of the API. Raises msgspec.DecodeError where it is none."""
        return msgspec.json.decode(await self._send("GET", self._path(*path)), type=list[dict[str, Any]])

    async def _delete(self, *path: str) -> None:
        """Delete what is there; what has gone meanwhile is no fault."""
        await self._send("DELETE", self._path(*path), missing_ok=True)

    def _path(self, *parts: str) -> URL:
        path = "/".join(quote(part, safe="") for part in ("api", *parts))
        return URL(f"{self._url.origin()}/{path}", encoded=True)

    async def _send(
        self, method: str, url: URL, body: Mapping[str, object] | None = None, *, missing_ok: bool = False
    ) -> bytes:
        headers = {"Authorization": f"Basic {self._credentials}"}
        async with self._session.request(method, url, json=body, headers=headers, ssl=self._trust) as answer:
            if not answer.ok and not (missing_ok and answer.status == HTTPStatus.NOT_FOUND):
                raise Refused(f"{method} {url.path}: {answer.status} {await answer.text()}")
            return await answer.read()
