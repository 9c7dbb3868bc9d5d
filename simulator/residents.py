"""Invented residents. Their NIKs lie in kecamatan 33.72.99, which does not exist, so none is anybody's."""

from dataclasses import dataclass
from datetime import date, timedelta

from faker import Faker

from simulator import biodata

_KECAMATAN = "337299"
_FIRST_BIRTH = date(1945, 1, 1)
_DAYS_OF_BIRTHS = 22_000
_WOMEN_ADD_DAYS = 40
_RELIGIONS = ("ISLAM", "KRISTEN", "KATHOLIK", "HINDU", "BUDHA", "KHONGHUCU")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resident:
    """A person who does not exist."""

    nik: str
    name: str
    fields: tuple[str, ...]
    """The biodata of the card."""


def resident(number: int, *, seed: int) -> Resident:
    """Returns the resident of that number, the same for the same seed."""
    faker = Faker("id_ID")
    faker.seed_instance(f"{seed}/{number}")
    woman = faker.boolean()
    born = _FIRST_BIRTH + timedelta(days=faker.random_int(0, _DAYS_OF_BIRTHS))
    day = born.day + (_WOMEN_ADD_DAYS if woman else 0)
    nik = f"{_KECAMATAN}{day:02}{born:%m%y}{number % 9999 + 1:04}"
    name = (faker.name_female() if woman else faker.name_male()).upper()
    fields = [""] * biodata.FIELDS
    for place, value in {
        biodata.NIK: nik,
        biodata.ADDRESS: faker.street_address().upper(),
        biodata.RT: f"{faker.random_int(1, 11):03}",
        biodata.RW: f"{faker.random_int(1, 19):03}",
        biodata.BORN_AT: "SURAKARTA",
        biodata.KECAMATAN: "CONTOH",
        biodata.KELURAHAN: "CONTOH",
        biodata.CITY: "SURAKARTA",
        biodata.SEX: "PEREMPUAN" if woman else "LAKI-LAKI",
        biodata.BLOOD: faker.random_element(("A", "B", "AB", "O", "-")),
        biodata.RELIGION: faker.random_element(_RELIGIONS),
        biodata.MARRIED: faker.random_element(("KAWIN", "BELUM KAWIN")),
        biodata.WORK: "KARYAWAN SWASTA",
        biodata.NAME: name,
        biodata.BORN: f"{born:%d-%m-%Y}",
        biodata.PROVINCE: "JAWA TENGAH",
        biodata.NATIONALITY: "WNI",
    }.items():
        fields[place] = value
    return Resident(nik=nik, name=name, fields=tuple(fields))
