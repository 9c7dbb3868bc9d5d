"""Who stood still, and since when."""

from dev.chaos.readiness import Readiness, Unready


class Parts:
    """Answers as told, on a clock that goes as told."""

    def __init__(self) -> None:
        self.ready = {"rabbitmq": True, "registry-1": True}
        self.time = 100.0
        self.readiness = Readiness(
            asks={name: lambda name=name: self.ready[name] for name in self.ready},  # type: ignore[misc]
            now=lambda: self.time,
        )

    def at(self, moment: float, *unready: str) -> None:
        self.time = moment
        self.ready = {name: name not in unready for name in self.ready}
        self.readiness.look()


def test_a_part_is_unready_since_it_was_first_found_so_the_longest_first() -> None:
    parts = Parts()
    parts.at(110.0, "rabbitmq")
    parts.at(120.0, "rabbitmq", "registry-1")
    parts.at(150.0, "rabbitmq", "registry-1")
    assert parts.readiness.unready() == (
        Unready(name="rabbitmq", seconds=40.0),
        Unready(name="registry-1", seconds=30.0),
    )


def test_a_part_that_came_back_counts_from_its_next_loss() -> None:
    parts = Parts()
    parts.at(110.0, "registry-1")
    parts.at(120.0)
    assert parts.readiness.unready() == ()
    parts.at(130.0, "registry-1")
    parts.at(135.0, "registry-1")
    assert parts.readiness.unready() == (Unready(name="registry-1", seconds=5.0),)
