from chassis.runtime.health import Health, Pulse


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_service_is_not_ready_before_its_resources_are_up() -> None:
    health, relay = Health(), Pulse()
    health.register("relay", relay.ping)
    found = await health.look()
    assert (found.ready, found.resources) == (False, {"relay": "not started yet"})


async def test_a_blip_does_not_flip_readiness_and_a_lasting_failure_does() -> None:
    clock, relay = Clock(), Pulse()
    health = Health(blip_seconds=5, clock=clock)
    health.register("relay", relay.ping)
    relay.up()
    assert (await health.look()).ready
    relay.down("ConnectionResetError")
    clock.now += 4
    found = await health.look()
    assert (found.ready, found.resources) == (True, {"relay": "ConnectionResetError"})
    clock.now += 2
    assert not (await health.look()).ready
    relay.up()
    assert (await health.look()).ready


async def test_a_ping_that_raises_names_its_failure() -> None:
    async def ping() -> None:
        raise ConnectionRefusedError

    health = Health()
    health.register("database", ping)
    assert (await health.look()).resources == {"database": "ConnectionRefusedError"}
