"""Two services with one identity."""

from pathlib import Path

from dev.demo.services import Services
from tests.integration.refusals.process import ended, running


async def test_a_second_gateway_of_a_name_waits_and_says_so_and_takes_over(
    gateway: dict[str, str], services: Services, tmp_path: Path
) -> None:
    port = services.settings("gateway-polresta-surakarta")["KETUK_HTTP_PORT"]
    twin = gateway | {"KETUK_SPOOL": str(tmp_path / "other.sqlite"), "KETUK_HTTP_PORT": port}
    async with running("reader_gateway", settings=gateway) as first:
        await first.until_it_says("relay", "ok")
        async with running("reader_gateway", settings=twin) as second:
            await second.until_it_says("verdicts", "another gateway named 3372.kelurahan-jebres runs already")
            await second.until_it_says("relay", "waits until this process holds its name")
            assert (await first.resources())["relay"] == "ok"
            first.process.kill()
            await first.process.wait()
            await second.until_it_says("verdicts", "ok")
            await second.until_it_says("relay", "ok")


async def test_two_gateways_never_share_a_spool(gateway: dict[str, str], services: Services) -> None:
    port = services.settings("gateway-polresta-surakarta")["KETUK_HTTP_PORT"]
    async with running("reader_gateway", settings=gateway) as first:
        await first.until_it_says("relay", "ok")
        end = await ended("reader_gateway", settings=gateway | {"KETUK_HTTP_PORT": port})
        assert end.code == 2
        assert end.line.endswith("another process has it")
