"""People who sign in, and programs' tokens."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from registry.access.passwords import Passwords
from registry.access.people import save_person
from registry.access.roles import Person, Role, Token
from registry.access.store import people, sessions
from registry.access.tokens import issue_token, revoke_token
from registry.audit.unit_of_work import Office
from registry.web.field_types import Moment
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

_NAME = "{name:[a-z0-9-]{1,40}}"
NewPassword = Annotated[str, Meta(min_length=12, max_length=200)]
GivenPassword = Annotated[str, Meta(max_length=200)]


class PersonBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody may do; the password is given for a new person, or to replace a forgotten one."""

    role: Role
    shut_out: bool = False
    password: NewPassword | None = None


class TokenBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a program may do, and until when."""

    role: Role
    expires: Moment


class IssuedToken(Struct, frozen=True, kw_only=True):
    """A token with its secret, which is shown this once."""

    token: Token
    secret: str


def routes(office: Office, *, passwords: Passwords) -> web.RouteTableDef:
    """Who may use the registry."""
    table = web.RouteTableDef()

    @table.get("/v1/people")
    @tells("People who sign in.", answer=list[Person])
    async def list_people(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await people.all_people(connection))

    @table.put(f"/v1/people/{_NAME}")
    @tells("Add or change somebody who signs in.", body=PersonBody, answer=Person, versioned=True)
    async def put_person(request: web.Request) -> web.Response:
        sent = await body(request, PersonBody)
        return answer(
            await save_person(
                office,
                passwords=passwords,
                person=request.match_info["name"],
                role=sent.role,
                shut_out=sent.shut_out,
                password=sent.password,
            )
        )

    @table.get("/v1/tokens")
    @tells("Tokens of programs.", answer=list[Token])
    async def list_tokens(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await sessions.all_tokens(connection))

    @table.post(f"/v1/tokens/{_NAME}")
    @tells("Give a program a token.", body=TokenBody, answer=IssuedToken)
    async def post_token(request: web.Request) -> web.Response:
        sent = await body(request, TokenBody)
        name = request.match_info["name"]
        issued, secret = await issue_token(office, token=name, role=sent.role, expires=sent.expires)
        return answer(IssuedToken(token=issued, secret=secret))

    @table.delete(f"/v1/tokens/{_NAME}")
    @tells("Revoke a token.", answer=Token)
    async def delete_token(request: web.Request) -> web.Response:
        return answer(await revoke_token(office, token=request.match_info["name"]))

    return table
