"""From where a request comes, where a web server stands before the registry."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from itertools import pairwise
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Middleware

from registry.web.problems import Handler

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
        found = _address(address)
        ours = found is not None and any(found in network for network in web_servers)
        if not ours or _address(before) is None:
            return address
    return nearest_first[-1]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
