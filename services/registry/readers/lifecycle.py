"""A reader's life: ordered, delivered, installed, approved, working, silent, broken, retired.

People order, deliver, install, break and retire it; the approval of its gateway and what that says do the
rest. A reader stands where its gateway does.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from registry.kit.errors import NotPossible

USED_WITHIN_DAYS = 30
"""A reader on which nobody tapped for so long is not in use."""


class Stage(StrEnum):
    """Where a reader is in its life."""

    ORDERED = "ordered"
    DELIVERED = "delivered"
    INSTALLED = "installed"
    """It stands at its place."""
    APPROVED = "approved"
    """Its readings count, and it was not heard of yet."""
    WORKING = "working"
    SILENT = "silent"
    """It worked, and is not heard of any more."""
    BROKEN = "broken"
    RETIRED = "retired"


STANDING = frozenset({Stage.INSTALLED, Stage.APPROVED, Stage.WORKING, Stage.SILENT})
"""It stands at a place."""
COUNTED = frozenset({Stage.APPROVED, Stage.WORKING, Stage.SILENT})
"""Its readings count."""
OWNED = STANDING | {Stage.DELIVERED, Stage.BROKEN}
_STEPS: dict[Stage, frozenset[Stage]] = {
    Stage.ORDERED: frozenset({Stage.DELIVERED, Stage.RETIRED}),
    Stage.DELIVERED: frozenset({Stage.INSTALLED, Stage.BROKEN, Stage.RETIRED}),
    **{each: frozenset({Stage.INSTALLED, Stage.BROKEN, Stage.RETIRED}) for each in STANDING},
    Stage.BROKEN: frozenset({Stage.INSTALLED, Stage.RETIRED}),
    Stage.RETIRED: frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """A reader as the inventory has it."""

    number: str
    """In the inventory; `gateway.reader` of one that came without having been ordered."""
    lot: str | None
    institution: str
    place: str
    gateway: str | None
    """Under which name its gateway tells of it; None while nobody has connected it."""
    reader: str | None
    state: Stage
    since: datetime
    because: str = ""
    version: int = 1

    def after(
        self,
        step: Stage,
        at: datetime,
        *,
        institution: str | None = None,
        place: str | None = None,
        connected: tuple[str, str] | None = None,
        because: str = "",
    ) -> "Life":
        """After a step that people take; what is not given stays. Raises NotPossible.

        `connected` names gateway and reader. Whoever breaks or retires is no longer heard of.
        """
        if step not in _STEPS[self.state]:
            raise NotPossible(f"a reader that is {self.state} cannot be {step} next")
        if at < self.since:
            raise NotPossible("a reader's life only goes forward: something of it is known that was later")
        gateway, reader = (self.gateway, self.reader) if connected is None else connected
        return replace(
            self,
            state=step,
            since=at,
            institution=institution or self.institution,
            place=place or self.place,
            gateway=gateway,
            reader=reader,
            because=because,
            version=self.version + 1,
        )

    def told(self, told: "Told", at: datetime) -> "Life":
        """After what its gateway told; itself where that is no news."""
        changed = replace(
            self,
            state=stage(self.state, approved=told.approved, present=told.present),
            institution=told.institution,
            place=told.place,
        )
        if self.state not in STANDING or changed == self:
            return self
        return replace(changed, since=max(self.since, at), because="", version=self.version + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What is known of a connected reader by its gateway."""

    gateway: str
    reader: str
    institution: str
    place: str
    approved: bool
    """The gateway is."""
    present: bool
    """The gateway was heard of lately, and has it."""
    heard: datetime
    """When the gateway was heard of last."""


def stage(state: Stage, *, approved: bool, present: bool) -> Stage:
    """The stage of a reader that stands, after what is known of it; any other stays as it is."""
    if state not in STANDING:
        return state
    if not approved:
        return Stage.INSTALLED
    if present:
        return Stage.WORKING
    return Stage.SILENT if state in {Stage.WORKING, Stage.SILENT} else Stage.APPROVED


def came(told: Told, at: datetime) -> Life:
    """The life of a reader that its gateway tells of and nobody ordered."""
    return Life(
        number=f"{told.gateway}.{told.reader}",
        lot=None,
        institution=told.institution,
        place=told.place,
        gateway=told.gateway,
        reader=told.reader,
        state=stage(Stage.INSTALLED, approved=told.approved, present=told.present),
        since=at,
    )
