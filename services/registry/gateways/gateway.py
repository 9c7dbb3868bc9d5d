"""A gateway as the registry knows it, and the states that it passes through."""

from dataclasses import dataclass, replace
from typing import Literal

from registry.kit.errors import NotPossible

State = Literal["requested", "approved", "suspended", "revoked"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gateway:
    """Whose gateway it is, where it stands, and whether its readings count."""

    name: str
    institution: str
    place: str
    public_key: str
    """Its identity, P-256, PEM."""
    state: State = "requested"
    version: int = 1

    def described_as(self, *, institution: str, place: str, public_key: str) -> "Gateway":
        """Described anew: a gateway that changed must be approved again.

        Raises NotPossible for a revoked one.
        """
        self._is_not_revoked()
        changed = replace(self, institution=institution, place=place, public_key=public_key)
        return self if changed == self else replace(changed, state="requested", version=self.version + 1)

    def approved(self) -> "Gateway":
        """Its readings count from now on. Raises NotPossible for a revoked one."""
        self._is_not_revoked()
        return self if self.state == "approved" else self._in("approved")

    def suspended(self) -> "Gateway":
        """Its readings count no more. Raises NotPossible where they never did, or never will."""
        self._is_not_revoked()
        if self.state == "requested":
            raise NotPossible("the gateway is not approved, so it cannot be suspended")
        return self if self.state == "suspended" else self._in("suspended")

    def revoked(self) -> "Gateway":
        """Its key is not known any more, and it never comes back: its computer was stolen, say."""
        return self if self.state == "revoked" else self._in("revoked")

    def _is_not_revoked(self) -> None:
        if self.state == "revoked":
            raise NotPossible("the gateway was revoked; one that comes in its place gets another name")

    def _in(self, state: State) -> "Gateway":
        return replace(self, state=state, version=self.version + 1)
