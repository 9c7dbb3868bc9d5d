import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.integration.registry.case import Case, until
from tests.support.bounds import BOUND_SECONDS


def environment(case: Case, **changed: str) -> dict[str, str]:
    settings = case.settings
    return {
        **os.environ,
        "KETUK_SECRETS_DIR": str(Path(case.stack["SECRETS_DIR"]) / "registry"),
        "KETUK_REGION": "3372",
        "KETUK_AMQP_URL": settings.amqp_url,
        "KETUK_AGENCIES_AMQP_URL": settings.agencies_amqp_url,
        "KETUK_DATABASE_URL": settings.database_url,
        "KETUK_HTTP_PORT": str(settings.http_port),
        **changed,
    }


async def test_the_service_starts_without_its_database_and_broker_and_says_what_it_waits_for(
    case: Case, unused_tcp_port: int
) -> None:
    away = f"127.0.0.1:{unused_tcp_port}"
    service = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "registry",
        env=environment(
            case, KETUK_DATABASE_URL=f"postgresql://x@{away}/x", KETUK_AMQP_URL=f"amqp://{away}/"
        ),
        stdout=asyncio.subprocess.DEVNULL,
    )
    found: dict[str, object] = {}

    async def answers() -> bool:
        try:
            async with case.http.get("/readyz") as answer:
                found.update(await answer.json(), status=answer.status)
        except OSError:
            return False
        return True

    await until(answers, what="the service answers")
    service.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(service.wait(), BOUND_SECONDS) == 0
    assert (found["status"], found["ready"]) == (503, False)
    resources = found["resources"]
    assert isinstance(resources, dict)
    assert all(word != "ok" for word in resources.values())


async def test_a_wrong_setting_is_one_line_and_exit_code_2(case: Case) -> None:
    service = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "registry",
        env=environment(case, KETUK_REGION="0000"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(service.communicate(), BOUND_SECONDS)
    assert service.returncode == 2
    assert said.decode().splitlines() == [
        "KETUK_REGION: Value error, the registry has no places of this region"
    ]
