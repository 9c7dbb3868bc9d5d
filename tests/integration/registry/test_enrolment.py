"""A gateway enrols with its command, at the registry as it runs."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.enrolment_proof import enrol
from chassis.crypto.sealing import key_id, private_key, public_key
from dev.compose.authority import new_authority, new_certificate
from dev.stack.secret_files import public_pem
from dev.stack.strict_python import STRICT_PYTHON
from ketuk_events.projection import GatewayApproved, GatewaySuspended
from reader_gateway.settings import GatewaySettings
from registry.gateways.enrolment_code import MISSES
from tests.integration.registry.case import Case, Json, next_of
from tests.integration.registry.test_api import heard
from tests.integration.registry.test_published_keys import body, root


async def command(*, code: str, registry: str, folder: Path, more: tuple[str, ...] = ()) -> tuple[int, str]:
    """What `python -m reader_gateway enrol` ends with, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *STRICT_PYTHON,
        *("-m", "reader_gateway", "enrol"),
        *("--code", code, "--registry", registry, "--folder", str(folder), *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def prepared(case: Case) -> tuple[str, Json, str]:
    """A gateway's name, its code, and the id of the key for which it is to seal."""
    name = f"kelurahan-{uuid4().hex[:8]}"
    await case.done("PUT", f"/v1/institutions/{name}", {"name": name, "kind": "kelurahan"})
    key = await case.done("POST", "/v1/published-keys", body(use="seal", owner="verification", by=root(case)))
    made = await case.done("POST", f"/v1/gateways/{name}/enrolment-code", placed(name))
    return name, made, key["key_id"]


def placed(institution: str) -> dict[str, str]:
    return {"institution": institution, "place": "33.72.04.1010"}


async def described(case: Case, name: str) -> Json:
    return next(each for each in await case.done("GET", "/v1/gateways") if each["name"] == name)


@asynccontextmanager
async def https(case: Case, folder: Path) -> AsyncIterator[tuple[str, Path]]:
    """The registry behind a server with a certificate: its address, and who signed that."""
    authority = new_authority(name="Contoh")
    pair = new_certificate(authority, names=("localhost",))
    (folder / "ca.pem").write_text(authority.certificate)
    (folder / "server.pem").write_text(pair.certificate + pair.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")

    async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while some := await source.read(65_536):
            sink.write(some)
        sink.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, outside = await asyncio.open_connection("127.0.0.1", case.settings.http_port)
        await asyncio.gather(pipe(reader, outside), pipe(inside, writer))

    async with await asyncio.start_server(forward, "127.0.0.1", 0, ssl=context) as server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}", folder / "ca.pem"


async def test_a_gateway_enrols_over_https_and_is_requested_until_it_is_approved(
    shared: Case, tmp_path: Path
) -> None:
    approvals = await heard(shared, "gateway.approved.v1.3372.#")
    folder, ca = tmp_path / "secrets", ("--ca-file", str(tmp_path / "ca.pem"))
    async with https(shared, tmp_path) as (url, _):
        name, made, key = await prepared(shared)
        distrusted, _ = await command(code=made["code"], registry=url, folder=folder)
        done, said = await command(code=made["code"].lower(), registry=url, folder=folder, more=ca)
        again, _ = await command(code=made["code"], registry=url, folder=folder, more=ca)
        other, why = await command(code=made["code"], registry=url, folder=tmp_path / "other", more=ca)
        requested = await described(shared, name)
        await shared.done("POST", f"/v1/gateways/{name}/approve")
        stored = str(await shared.pool.fetch("SELECT enrolments::text FROM enrolments"))
    told = msgspec.json.decode((await next_of(approvals)).body, type=GatewayApproved)
    assert (distrusted, done, again) == (1, 0, 0), said
    assert (other, why) == (
        1,
        "not enrolled: the code is wrong, used or expired: ask the office for a new one\n",
    )
    assert (requested["state"], requested["place"]) == ("requested", "33.72.04.1010")
    assert (told.gateway, told.public_key, told.version) == (name, requested["public_key"], 2)
    assert made["code"].replace("-", "")[6:] not in stored
    settings = GatewaySettings(
        _secrets_dir=str(folder),  # type: ignore[call-arg]  # as in chassis.runtime.settings
        readers={},
        amqp_url="amqps://nobody",
        spool=tmp_path / "spool",
    )
    assert (settings.region, settings.gateway, settings.institution) == ("3372", name, name)
    assert public_pem(private_key(settings.identity_key)) == requested["public_key"]
    assert key_id(public_key(settings.verification_public_key)) == key
    assert settings.root_public_key == shared.settings.root_public_key
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


async def test_a_registry_elsewhere_is_not_asked_without_tls(tmp_path: Path) -> None:
    refused = await command(code="X", registry="http://registry.invalid", folder=tmp_path)
    assert refused == (1, "not enrolled: the registry must be reached over https\n")


async def test_a_code_dies_of_a_few_wrong_secrets_and_every_refusal_has_the_same_words(shared: Case) -> None:
    identity = ec.generate_private_key(ec.SECP256R1())

    async def tried(code: str, *, by: ec.EllipticCurvePrivateKey = identity) -> tuple[int, str]:
        asked = enrol(code=code, identity=by, pem=public_pem(identity))
        answer = await shared.ask("POST", "/v1/enrolment", raw=msgspec.json.encode(asked), token="")
        return answer.status, answer.body.get("detail", "")

    _, made, _ = await prepared(shared)
    code = made["code"]
    wrong = code[:8] + ("0" if code[8] != "0" else "2") + code[9:]
    unproven = await tried(code, by=ec.generate_private_key(ec.SECP256R1()))
    refusals = {await tried(wrong) for _ in range(MISSES)} | {await tried(code), await tried("UNKNOWN")}
    assert unproven == (422, "the gateway does not show that it has the private key")
    assert refusals == {(409, "the code is wrong, used or expired: ask the office for a new one")}


async def enrolling(case: Case, code: str) -> int:
    """What a new gateway with this code is answered."""
    identity = ec.generate_private_key(ec.SECP256R1())
    asked = enrol(code=code, identity=identity, pem=public_pem(identity))
    return (await case.ask("POST", "/v1/enrolment", raw=msgspec.json.encode(asked))).status


async def test_a_new_code_ends_the_earlier_one_and_an_expired_one_is_refused(shared: Case) -> None:
    name, first, _ = await prepared(shared)
    second = await shared.done("POST", f"/v1/gateways/{name}/enrolment-code", placed(name))
    assert await enrolling(shared, first["code"]) == 409
    await shared.pool.execute("UPDATE enrolments SET expires = now() WHERE gateway = $1", name)
    assert await enrolling(shared, second["code"]) == 409
    for wrong in ({"institution": "nobody"}, {"place": "33.72.04.1099"}):
        answer = await shared.ask("POST", f"/v1/gateways/{name}/enrolment-code", placed(name) | wrong)
        assert answer.status == 422


async def test_without_a_root_or_a_key_to_seal_for_no_gateway_enrols(case: Case) -> None:
    identity = ec.generate_private_key(ec.SECP256R1())
    async with case.running(root_public_key=None):
        asked = enrol(code="X", identity=identity, pem=public_pem(identity))
        answer = await case.ask("POST", "/v1/enrolment", raw=msgspec.json.encode(asked))
    assert (answer.status, answer.body["detail"][:25]) == (409, "the registry knows no roo")


async def test_a_revoked_gateway_never_comes_back(shared: Case) -> None:
    suspensions = await heard(shared, "gateway.suspended.v1.3372.#")
    name = await shared.gateway()
    revoked = await shared.done("POST", f"/v1/gateways/{name}/revoke")
    assert await shared.done("POST", f"/v1/gateways/{name}/revoke") == revoked
    for path in ("approve", "suspend"):
        assert (await shared.ask("POST", f"/v1/gateways/{name}/{path}")).status == 409
    assert (await shared.ask("PUT", f"/v1/gateways/{name}", shared.described(name))).status == 409
    assert (await shared.ask("POST", "/v1/gateways/unknown/revoke")).status == 404
    told = msgspec.json.decode((await next_of(suspensions)).body, type=GatewaySuspended)
    assert (told.gateway, told.revoked, told.public_key, told.version) == (name, True, None, 3)
