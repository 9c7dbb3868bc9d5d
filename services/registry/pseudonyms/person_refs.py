"""How the registry finds what concerns a person, whose NIK is given and never kept for it."""

from dataclasses import dataclass

from registry.pseudonyms.pseudonyms import Pseudonyms

_OURSELVES = ""
"""No institution has this name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Citizens:
    """The registry's key, from which come the words that stand for a person."""

    key: bytes
    version: int
    region: str

    def ref(self, nik: str) -> str:
        """Under which the audit log knows somebody."""
        return f"citizen:{self.towards(_OURSELVES, nik)}"

    def towards(self, institution: str, nik: str) -> str:
        """What an institution was told in place of the NIK."""
        found = Pseudonyms.towards(institution, master=self.key, version=self.version, region=self.region)
        return found.person(nik)
