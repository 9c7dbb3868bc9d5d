"""Who asks, whether they may, and what is remembered of it while they are served."""

import hmac
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from chassis.observability.http_server import FOR_THE_OPERATOR
from chassis.runtime.failure_reasons import shown
from chassis.runtime.retry import TRANSIENT
from registry.access.permissions import RIGHTS, Right, route_of
from registry.access.rate_limit import Pace, subscriber
from registry.access.roles import Actor
from registry.access.store import sessions
from registry.access.tokens import BOOTSTRAP
from registry.audit.request_context import Act, doing
from registry.audit.unit_of_work import Office
from registry.dashboard.page import PAGES
from registry.kit.errors import NotAllowed, NotSignedIn, Refusal, TooOften, Unfit
from registry.web.headers import REASON, VERSION, header
from registry.web.problems import Handler

COOKIE = "__Host-ketuk"
ACTOR = web.RequestKey("actor", Actor)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_BECAUSE = 200
_BOOTSTRAP = Actor(name=f"token:{BOOTSTRAP}", role="operator")


def admitted(office: Office, *, bootstrap: str, pace: Pace, open_pace: Pace) -> Middleware:
    """Let those pass whose role allows it. `bootstrap` is the first operator's token, from the settings.

    `pace` is that of one actor, `open_pace` that of one address at what is open to everybody.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        route = route_of(request)
        if request.path in FOR_THE_OPERATOR or route in PAGES:
            return await handler(request)
        right = None if route is None else RIGHTS.get(route)
        is_open, address = right is not None and right.open, subscriber(request.remote or "")
        if is_open:
            _must_not_hurry(open_pace, address)
        actor = await _actor(office, request, bootstrap=bootstrap)
        _must_not_hurry(pace, f"from {address}" if actor is None else actor.name)
        if actor is None and not is_open:
            raise NotSignedIn("sign in, or show a bearer token")
        if route is None:
            return await handler(request)
        version = header(request, VERSION)
        act = Act(
            actor="nobody" if actor is None else actor.name,
            origin=request.remote or "",
            event=None if right is None else right.event,
            whose=() if right is None or right.whose is None else (request.match_info[right.whose],),
            reason=header(request, REASON),
            expected=None if version is None else int(version.strip('"')),
            counted=actor is None,
        )
        serving = doing.set(act)
        try:
            _may(request, actor, right)
            answer = await handler(request)
        except TooOften:
            raise  # whoever asks too fast must not fill the log as fast
        except Exception as refusal:
            await _record_refusal(office, act, refusal)
            raise
        else:
            if not act.recorded and act.event is not None:
                # nothing was changed, or by an earlier request of the same key: somebody's data were seen
                async with office.pool.acquire() as connection, connection.transaction():
                    await office.record(connection, act)
            return answer
        finally:
            doing.reset(serving)

    return check


def _must_not_hurry(pace: Pace, asker: str) -> None:
    if wait := pace.wait(asker):
        raise TooOften("too many requests", seconds=wait)


def _may(request: web.Request, actor: Actor | None, right: Right | None) -> None:
    """Raises NotAllowed, or Unfit where a reason is needed."""
    if right is None or (actor is not None and actor.role not in right.roles):
        raise NotAllowed("your role does not allow this")
    if right.personal and REASON not in request.headers:
        raise Unfit(f"say why, in the header `{REASON}`")
    if request.method not in _SAFE:
        _comes_from_our_pages(request, must_say=actor is not None and actor.signed_in)
    if actor is not None:
        request[ACTOR] = actor


async def _record_refusal(office: Office, act: Act, refusal: Exception) -> None:
    """Where the database is away there is nobody to tell: nothing was done, and the answer says so."""
    if act.recorded or (act.event is None and not isinstance(refusal, NotAllowed)):
        return
    with suppress(*TRANSIENT):
        async with office.pool.acquire() as connection, connection.transaction():
            await office.record(connection, act, refused=_because(refusal))


def _because(refusal: Exception) -> str:
    """In words where they are ours; what another failure says may quote a person's data."""
    said = f"{type(refusal).__name__}: {refusal}" if isinstance(refusal, Refusal) else shown(refusal)
    return said[:_LONGEST_BECAUSE]


async def _actor(office: Office, request: web.Request, *, bootstrap: str) -> Actor | None:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = shown.encode("utf-8", "surrogateescape")
        if hmac.compare_digest(given, bootstrap.encode()):
            return _BOOTSTRAP
        async with office.pool.acquire() as connection:
            return await sessions.of_token(connection, shown)
    if cookie := request.cookies.get(COOKIE):
        async with office.pool.acquire() as connection:
            return await sessions.of_session(connection, cookie)
    return None


def _comes_from_our_pages(request: web.Request, *, must_say: bool) -> None:
    """A browser says where a request began; a page elsewhere must neither sign in nor act with a cookie.

    Programs do not say it, and need not where no cookie speaks for somebody.
    """
    said = request.headers.get("Origin")
    if said is None and not must_say:
        return
    if not said or urlsplit(said).netloc != request.host:
        raise NotAllowed("this did not come from a page of the registry")
