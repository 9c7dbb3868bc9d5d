"""What is kept of passwords, and that none of it tells who there is."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from registry.access.passwords import HASHER, Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_hashes_cost_what_rfc_9106_recommends() -> None:
    kept = HASHER.hash("correct horse")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert extract_parameters(kept) == RFC_9106_LOW_MEMORY


@pytest.mark.parametrize(("password", "fits"), [("correct horse", True), ("wrong horse", False), ("", False)])
async def test_a_password_fits_its_own_hash_alone(password: str, *, fits: bool) -> None:
    passwords = Passwords(hasher=CHEAP)
    kept = await passwords.hashed("correct horse")
    assert await passwords.fits(password, kept) is fits


@pytest.mark.parametrize("password", ["nobody's", "x"])
async def test_no_password_fits_where_none_is_kept(password: str) -> None:
    assert not await Passwords(hasher=CHEAP).fits(password, None)
