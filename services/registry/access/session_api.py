"""Signing in and out."""

from aiohttp import web
from msgspec import Struct

from ketuk_events.names import Identifier
from registry.access.authentication import ACTOR, COOKIE
from registry.access.passwords import Passwords
from registry.access.people_api import GivenPassword, NewPassword
from registry.access.rate_limit import subscriber
from registry.access.roles import Role
from registry.access.sign_in import SESSION_LASTS, change_password, sign_in, sign_out
from registry.audit.unit_of_work import Office
from registry.kit.errors import NotPossible
from registry.web.json_io import answer, body
from registry.web.route_docs import tells


class SignInBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and password."""

    person: Identifier
    password: GivenPassword


class PasswordBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The present password and the new one."""

    present: GivenPassword
    new: NewPassword


class WhoAmI(Struct, frozen=True, kw_only=True):
    """Who asks, as the registry knows them."""

    name: str
    role: Role


class Done(Struct, frozen=True, kw_only=True):
    """It is done."""

    done: bool = True


def routes(office: Office, *, passwords: Passwords) -> web.RouteTableDef:
    """The session of who asks."""
    table = web.RouteTableDef()

    @table.post("/v1/session")
    @tells("Sign in: the answer sets the cookie.", body=SignInBody, answer=Done)
    async def post_session(request: web.Request) -> web.Response:
        sent = await body(request, SignInBody)
        secret = await sign_in(
            office,
            passwords=passwords,
            person=sent.person,
            password=sent.password,
            address=subscriber(request.remote or ""),
        )
        signed_in = answer(Done())
        signed_in.set_cookie(
            COOKIE,
            secret,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=True,
            httponly=True,
            samesite="Strict",
        )
        return signed_in

    @table.get("/v1/session")
    @tells("Who asks.", answer=WhoAmI)
    async def get_session(request: web.Request) -> web.Response:
        actor = request[ACTOR]
        return answer(WhoAmI(name=actor.name, role=actor.role))

    @table.delete("/v1/session")
    @tells("Sign out.", answer=Done)
    async def delete_session(request: web.Request) -> web.Response:
        await sign_out(office, secret=request.cookies.get(COOKIE, ""))
        signed_out = answer(Done())
        signed_out.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return signed_out

    @table.put("/v1/session/password")
    @tells("Change one's own password; all sessions end.", body=PasswordBody, answer=Done)
    async def put_password(request: web.Request) -> web.Response:
        sent = await body(request, PasswordBody)
        kind, _, person = request[ACTOR].name.partition(":")
        if kind != "person":
            raise NotPossible("a program has no password")
        await change_password(
            office,
            passwords=passwords,
            person=person,
            present=sent.present,
            new=sent.new,
            address=subscriber(request.remote or ""),
        )
        return answer(Done())

    return table
