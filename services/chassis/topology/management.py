"""Applies a topology over RabbitMQ's management HTTP API; doing it again changes nothing."""

import ssl
from collections.abc import Mapping
from urllib.parse import quote

import aiohttp
from yarl import URL

from chassis.topology.declared import Account, Queue, VirtualHost


class Refused(Exception):
    """The broker would not have it; `str()` names what and why."""


class Management:
    """The API of one broker, as an administrator."""

    def __init__(
        self, *, session: aiohttp.ClientSession, url: str, trust: ssl.SSLContext | None = None
    ) -> None:
        self._session = session
        self._url = URL(url)
        self._trust = trust or True

    async def apply(self, host: VirtualHost) -> None:
        """Declare a virtual host and all that is in it.

        Raises Refused where something is there already with other properties, and aiohttp.ClientError or
        TimeoutError where the broker does not answer.
        """
        await self._put({}, "vhosts", host.name)
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
                "policies",
                host.name,
                policy.name,
            )
        for queue in host.queues:
            await self._queue(host, queue)
        for account in host.accounts:
            await self._account(host, account)

    async def _queue(self, host: VirtualHost, queue: Queue) -> None:
        body = {"durable": True, "arguments": {"x-queue-type": "quorum", **queue.arguments}}
        await self._put(body, "queues", host.name, queue.name)
        for key in queue.keys:
            path = self._path("bindings", host.name, "e", queue.exchange, "q", queue.name)
            await self._send("POST", path, {"routing_key": key})

    async def _account(self, host: VirtualHost, account: Account) -> None:
        await self._put({"password": account.password, "tags": account.tags}, "users", account.name)
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

    def _path(self, *parts: str) -> URL:
        path = "/".join(quote(part, safe="") for part in ("api", *parts))
        return URL(f"{self._url.origin()}/{path}", encoded=True)

    async def _send(self, method: str, url: URL, body: Mapping[str, object]) -> None:
        auth = aiohttp.BasicAuth(self._url.user or "", self._url.password or "")
        async with self._session.request(method, url, json=body, auth=auth, ssl=self._trust) as answer:
            if not answer.ok:
                raise Refused(f"{method} {url.path}: {answer.status} {await answer.text()}")
