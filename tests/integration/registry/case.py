"""What tests of the registry do and see."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import aiohttp
import msgspec
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from argon2 import PasswordHasher
from msgspec.structs import replace

from chassis.crypto.sealing import Sealer, private_key
from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.messaging.publisher import Publisher
from chassis.storage.postgres import Pool
from chassis.topology.definitions import AGENCIES
from dev.contract.examples import examples
from dev.stack.strict_python import STRICT_PYTHON
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import Wire, to_wire
from ketuk_events.evidence import Person
from ketuk_events.names import to_timestamp
from ketuk_events.taps import TapJudged
from reader_gateway.tap.tap import new_tap_id
from registry.main import serve
from registry.settings import RegistrySettings
from tests.support.bounds import BOUND_SECONDS

Json: TypeAlias = Any
"""Whatever the API answers."""
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For whoever needs a password, and does not look at what its hash costs."""
NIK = "3372990101900001"
AGREEMENT = {
    "reference": "PKS-1",
    "legal_basis": "Permendagri 102/2019",
    "purposes": ["record"],
    "places": ["33.72"],
    "valid_from": "2020-01-01T00:00:00+07:00",
    "valid_until": "2099-01-01T00:00:00+07:00",
}
PERSON = {"nik": NIK, "name": "CONTOH WARGA", "address": "JL CONTOH 1"}


async def until(condition: Callable[[], Awaitable[bool]], *, what: str) -> None:
    """Wait until a condition holds, and say what did not come about where it does not."""
    deadline = asyncio.get_running_loop().time() + BOUND_SECONDS
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, f"not within {BOUND_SECONDS} s: {what}"
        await asyncio.sleep(0.02)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    kind: str
    body: Json
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """The registry and everyone it deals with."""

    settings: RegistrySettings
    stack: Mapping[str, str]
    services: AbstractChannel
    """Administrator, in the services' virtual host."""
    agencies: AbstractChannel
    """Administrator, in the agencies' virtual host."""
    verification: AbstractChannel
    pool: Pool
    http: aiohttp.ClientSession
    hasher: PasswordHasher = CHEAP

    @asynccontextmanager
    async def running(self, **settings: object) -> AsyncIterator[None]:
        """The registry runs while the block does, with settings changed."""
        stopping = asyncio.Event()
        changed = self.settings.model_copy(update=settings)
        serving = asyncio.create_task(serve(changed, stopping, hasher=self.hasher))
        try:
            await until(self._ready(serving), what="the registry is ready")
            yield
        finally:
            stopping.set()
            await asyncio.wait_for(serving, BOUND_SECONDS)

    def _ready(self, serving: asyncio.Task[None]) -> Callable[[], Awaitable[bool]]:
        async def look() -> bool:
            if serving.done():
                serving.result()
            try:
                async with self.http.get("/readyz") as answer:
                    return answer.ok
            except aiohttp.ClientConnectionError:
                return False

        return look

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        raw: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; with the right token unless another is given."""
        token = self.settings.api_token.get_secret_value() if token is None else token
        async with self.http.request(
            method,
            path,
            data=BytesIO(raw) if raw else (None if body is None else json.dumps(body)),
            headers={**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})},
        ) as answer:
            text = await answer.text()
            return Answer(
                status=answer.status,
                kind=answer.content_type,
                body=json.loads(text) if text else None,
                headers=answer.headers,
            )

    async def ketuk(self, *arguments: str) -> tuple[int, str, str]:
        """The operators' command, until it ends: its exit code, what it printed, and its standard error."""
        process = await self.start_ketuk(*arguments)
        printed, said = await process.communicate()
        return process.returncode or 0, printed.decode(), said.decode()

    async def start_ketuk(self, *arguments: str) -> asyncio.subprocess.Process:
        """The operators' command, at work."""
        return await asyncio.create_subprocess_exec(
            *STRICT_PYTHON, "-m", "operations", *arguments,
            env={
                "KETUK_REGISTRY_URL": f"http://127.0.0.1:{self.settings.http_port}",
                "KETUK_API_TOKEN": self.settings.api_token.get_secret_value(),
                "PATH": os.environ["PATH"],
                "COLUMNS": "200",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def done(self, method: str, path: str, body: object = None) -> Json:
        """What a request that succeeds returns."""
        answer = await self.ask(method, path, body)
        assert answer.status == 200, answer
        return answer.body

    async def agency(self, **agreed: object) -> str:
        """A new institution with an agreement over the whole city."""
        name = f"agency-{uuid4().hex[:8]}"
        await self.agree(name, **agreed)
        return name

    async def agree(self, institution: str, **agreed: object) -> None:
        """An institution with an agreement over the whole city."""
        await self.done("PUT", f"/v1/institutions/{institution}", {"name": "Contoh", "kind": "agency"})
        await self.done("PUT", f"/v1/agreements/{institution}", {**AGREEMENT, **agreed})

    async def gateway(self) -> str:
        """A new gateway of a new kelurahan, approved."""
        name = f"kelurahan-{uuid4().hex[:8]}"
        await self.done("PUT", f"/v1/institutions/{name}", {"name": name, "kind": "kelurahan"})
        await self.done("PUT", f"/v1/gateways/{name}", self.described(name))
        await self.done("POST", f"/v1/gateways/{name}/approve")
        return name

    def described(self, institution: str) -> dict[str, str]:
        """A gateway's description."""
        file = Path(self.stack["SECRETS_DIR"]) / "gateway-kelurahan-jebres" / "identity_public.pem"
        return {"institution": institution, "place": "33.72.04.1010", "public_key": file.read_text()}

    def verdict(
        self,
        gateway: str,
        *,
        outcome: str = "verified",
        attributes: Mapping[str, str] = PERSON,
        **changed: object,
    ) -> Wire:
        """A verdict on a new tap, as verification writes it."""
        example = examples()[TAP_JUDGED]
        assert isinstance(example.data, TapJudged)
        now = datetime.now(UTC)
        tap = str(new_tap_id(now))
        asked = replace(example.data.asked, gateway=gateway, institution=gateway)
        content = Person(tap=tap, asked=asked, attributes=dict(attributes))
        sealer = Sealer(
            sender="verification",
            identity=private_key(self._secret("verification/ketuk_signing_key")),
            recipient=private_key(self._secret("registry/ketuk_registry_key")).public_key(),
        )
        verdict = replace(
            example.data,
            tap=tap,
            asked=asked,
            began=to_timestamp(now),
            judged=to_timestamp(now),
            outcome=outcome,
            person=sealer.seal(msgspec.json.encode(content), now=now),
        )
        return to_wire(replace(example, id=uuid4(), owner=gateway, data=replace(verdict, **changed)))

    def _secret(self, name: str) -> str:
        return (Path(self.stack["SECRETS_DIR"]) / name).read_text()

    async def judge(self, *wires: Wire) -> None:
        """Publish as verification."""
        for wire in wires:
            await self.publish(wire, channel=self.verification, user="verification")

    @staticmethod
    async def publish(wire: Wire, *, channel: AbstractChannel, user: str) -> None:
        """Publish in the name of a user."""
        exchange = await channel.get_exchange(EVENTS, ensure=False)
        await Publisher(channel=channel, exchange=exchange, user=user).publish_all([wire])

    async def feed(self, institution: str, **arguments: object) -> AbstractQueue:
        """The queue of an institution."""
        queue = await self.agencies.declare_queue(
            f"{institution}.test",
            durable=True,
            arguments={"x-queue-type": "quorum", **arguments},  # type: ignore[dict-item]  # AMQP field values
        )
        await queue.bind(AGENCIES, f"*.*.*.*.{institution}")
        return queue

    async def counts(self, institution: str) -> tuple[int, int, int]:
        """Disclosures to an institution that wait, are sent, are parked."""
        for each in await self.done("GET", "/v1/disclosures"):
            if each["institution"] == institution:
                return each["waiting"], each["sent"], each["parked"]
        return 0, 0, 0

    async def settled(self, institution: str, counts: tuple[int, int, int]) -> None:
        """Wait for such counts."""

        async def are() -> bool:
            return await self.counts(institution) == counts

        await until(are, what=f"disclosures {counts} to {institution}")

    async def dead_letter(self) -> AbstractIncomingMessage:
        """The next dead letter."""
        queue = await self.services.get_queue(DEAD_LETTERS, ensure=False)
        return await next_of(queue)


async def next_of(queue: AbstractQueue) -> AbstractIncomingMessage:
    """The next message of a queue, taken."""
    found: list[AbstractIncomingMessage] = []

    async def look() -> bool:
        message = await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
        found.extend([message] if message is not None else [])
        return message is not None

    await until(look, what=f"a message in {queue.name}")
    return found[0]


async def all_of(queue: AbstractQueue) -> list[AbstractIncomingMessage]:
    """All that is in a queue now, taken."""
    messages = []
    while (message := await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)) is not None:
        messages.append(message)
    return messages
