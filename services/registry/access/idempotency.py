"""A request that is sent twice with one `Idempotency-Key` is carried out once, by whichever process.

The key is taken in the transaction of the change, so a process that dies cannot forget it. The answer is
kept after it; where it was lost, or a secret is in it or in the request, a repeat is told that it was
done and no more. What was sent is kept as a digest under a key of the settings: nobody can try out a NIK.
"""

import hmac

from aiohttp import web
from aiohttp.typedefs import Middleware

from registry.access.permissions import RIGHTS, route_of
from registry.audit import idempotency_keys as kept_answers
from registry.audit.request_context import Key, doing
from registry.audit.unit_of_work import Office
from registry.kit.errors import DoneBefore, Unfit
from registry.web.headers import KEY, header
from registry.web.problems import Handler

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OK = 200


def once(office: Office, *, digest_key: bytes) -> Middleware:
    """Serve repeats from what is kept."""
    digest_key = hmac.digest(digest_key, b"idempotency", "sha256")

    @web.middleware
    async def repeat(request: web.Request, handler: Handler) -> web.StreamResponse:
        given, act, route = header(request, KEY), doing.get(), route_of(request)
        if given is None or act is None or route is None or request.method not in _WRITES:
            return await handler(request)
        body = b"" if RIGHTS[route].secret else await request.read()
        sent = b"\0".join([request.method.encode(), request.path_qs.encode(), body])
        act.key = key = Key(key=given, digest=hmac.digest(digest_key, sent, "sha256"))
        if (answer := await _kept(office, act.actor, key)) is not None:
            return answer
        try:
            done = await handler(request)
        except DoneBefore:
            if (answer := await _kept(office, act.actor, key)) is not None:
                return answer
            raise
        if isinstance(done, web.Response) and done.status == _OK and not RIGHTS[route].secret:
            async with office.pool.acquire() as connection:
                await kept_answers.keep(
                    connection, actor=act.actor, key=key, status=done.status, body=_bytes(done)
                )
        return done

    return repeat


async def _kept(office: Office, actor: str, key: Key) -> web.Response | None:
    async with office.pool.acquire() as connection:
        kept = await kept_answers.find(connection, actor=actor, key=key.key)
    if kept is None:
        return None
    if kept.digest is not None and kept.digest != key.digest:
        raise Unfit(f"this `{KEY}` was used for something else")
    if kept.status is None:
        raise DoneBefore("this was carried out, or is just being; its answer is not told again")
    answer = web.Response(body=kept.body, status=kept.status, content_type="application/json")
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _bytes(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""
