"""From where a request comes, where a web server stands before the registry."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import pairwise
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Middleware

from registry.api.problems import Handler

FORWARDED_FOR = "X-Forwarded-For"
Network: TypeAlias = IPv4Network | IPv6Network


def spoken_for(web_servers: Sequence[Network]) -> Middleware:
    """Requests of these web servers are those of whom they say they speak for; nobody else's word counts."""

    @web.middleware
    async def hear(request: web.Request, handler: Handler) -> web.StreamResponse:
        said = ",".join(request.headers.getall(FORWARDED_FOR, ())).split(",")
        origin = origin_of(request.remote or "", said=said, web_servers=web_servers)
        return await handler(request if origin == request.remote else request.clone(remote=origin))

    return hear


def origin_of(connected: str, *, said: Iterable[str], web_servers: Sequence[Network]) -> str:
    """The address that is nearest to us and none of our web servers'.

    `said`: the addresses of the header, each added by whoever was connected to by the one before it. What
    stands before an address that is not ours may be invented by whoever has that address.
    """
    nearest_first = [connected, *reversed([each.strip() for each in said if each.strip()])]
    for address, before in pairwise(nearest_first):
        if not _is_among(web_servers, address) or not _is_address(before):
            return address
    return nearest_first[-1]


def _is_among(networks: Iterable[Network], text: str) -> bool:
    return _is_address(text) and any(ip_address(text) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
