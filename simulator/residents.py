"""Invented residents. Their NIKs lie in kecamatan 33.72.99, which does not exist, so that none is anybody's."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from faker import Faker

from simulator import biodata

_KECAMATAN = "337299"
_FIRST_BIRTH = date(1945, 1, 1)
_DAYS_OF_BIRTHS = 22_000
_WOMEN_ADD_DAYS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Resident:
    """A person who does not exist."""

    nik: str
    name: str
    fields: tuple[str, ...]
    """The biodata of the card."""


def resident(number: int, *, seed: int) -> Resident:
    """The resident of that number, the same for the same seed."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311  invented people, no secret
    faker = Faker("id_ID")
    faker.seed_instance(f"{seed}/{number}")
    woman = chance.random() < 0.5  # noqa: PLR2004  half of them
    born = _FIRST_BIRTH + timedelta(days=chance.randrange(_DAYS_OF_BIRTHS))
    day = born.day + (_WOMEN_ADD_DAYS if woman else 0)
    nik = f"{_KECAMATAN}{day:02}{born:%m%y}{number % 9999 + 1:04}"
    name = (faker.name_female() if woman else faker.name_male()).upper()
    fields = [""] * biodata.FIELDS
    for place, value in {
        biodata.NIK: nik,
        biodata.ADDRESS: faker.street_address().upper(),
        biodata.RT: f"{chance.randrange(1, 12):03}",
        biodata.RW: f"{chance.randrange(1, 20):03}",
        biodata.BORN_AT: "SURAKARTA",
        biodata.KECAMATAN: "CONTOH",
        biodata.KELURAHAN: "CONTOH",
        biodata.CITY: "SURAKARTA",
        biodata.SEX: "PEREMPUAN" if woman else "LAKI-LAKI",
        biodata.BLOOD: chance.choice(("A", "B", "AB", "O", "-")),
        biodata.RELIGION: chance.choice(("ISLAM", "KRISTEN", "KATHOLIK", "HINDU", "BUDHA", "KHONGHUCU")),
        biodata.MARRIED: chance.choice(("KAWIN", "BELUM KAWIN")),
        biodata.WORK: "KARYAWAN SWASTA",
        biodata.NAME: name,
        biodata.BORN: f"{born:%d-%m-%Y}",
        biodata.PROVINCE: "JAWA TENGAH",
        biodata.NATIONALITY: "WNI",
    }.items():
        fields[place] = value
    return Resident(nik=nik, name=name, fields=tuple(fields))
