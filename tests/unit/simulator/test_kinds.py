"""Each kind of card at a terminal comes to what the table of outcomes builds upon."""

from collections.abc import Callable

import pytest

from simulator.kinds import Kind, SimulatedCard
from simulator.sam import Sam
from tests.unit.simulator.terminal import Refused, Secrets, authenticate, check_signature, read_plain, send

Make = Callable[[Kind], SimulatedCard]


@pytest.mark.parametrize(
    "kind",
    [
        *(Kind.HEALTHY, Kind.TYPE_B, Kind.TYPE_B_OTHER, Kind.SHORT_CONTROL),
        *(Kind.NOT_ACTIVATED, Kind.BLOCKED, Kind.LOST, Kind.RECORDED_DAMAGED, Kind.REPLACED),
        *(Kind.UNKNOWN, Kind.REMOVED, Kind.NO_SAM),
    ],
)
def test_a_genuine_card_authenticates_and_its_signature_holds(
    make: Make, sam: Sam, secrets: Secrets, kind: Kind
) -> None:
    card = make(kind)
    authenticate(card.chip, sam, secrets)
    biodata = check_signature(card.chip, sam)
    fields = biodata.removeprefix('"').removesuffix('"').split('","')
    assert fields == list(card.resident.fields)
    assert len(fields) == 21


def test_a_copy_of_the_plain_files_waves_authentication_through_and_fails_the_sams_check(
    make: Make, sam: Sam, secrets: Secrets
) -> None:
    card = make(Kind.PHOTO_COPIED)
    with pytest.raises(Refused) as excinfo:
        authenticate(card.chip, sam, secrets)
    assert (excinfo.value.step, excinfo.value.status.hex()) == ("00F20000", "6300")
    assert read_plain(card.chip, "6FF2")[:2] == b"\xff\xd8"


@pytest.mark.parametrize("kind", [Kind.DATA_ALTERED, Kind.WRONG_ISSUER])
def test_data_that_the_issuer_did_not_sign_fails_the_signature_check_of_an_authentic_chip(
    make: Make, sam: Sam, secrets: Secrets, kind: Kind
) -> None:
    card = make(kind)
    authenticate(card.chip, sam, secrets)
    with pytest.raises(Refused) as excinfo:
        check_signature(card.chip, sam)
    assert (excinfo.value.step, excinfo.value.status.hex()) == ("00FA0400", "0010")


@pytest.mark.parametrize("kind", [Kind.NOT_A_KTP, Kind.BANK_CARD, Kind.TRAVEL_DOCUMENT, Kind.FILE_CARD])
def test_another_chip_card_has_no_ktp_application(make: Make, kind: Kind) -> None:
    card = make(kind)
    assert send(card.chip, "FFCA0000", tail="00") == card.uid
    with pytest.raises(Refused) as excinfo:
        send(card.chip, "00A40000", bytes.fromhex("7F0A"))
    assert excinfo.value.status.hex() == "6a82"


def test_a_damaged_photo_says_so_from_the_damage_on_although_it_gives_bytes(make: Make) -> None:
    chip = make(Kind.DAMAGED_FILE).chip
    send(chip, "00A40000", bytes.fromhex("7F0A"))
    with pytest.raises(Refused) as excinfo:
        read_plain(chip, "6FF2", chunk=112)
    assert excinfo.value.status.hex() == "6281"
    assert len(chip.respond(bytes.fromhex("00B0025008"))) == 10
    assert send(chip, "00B00000", tail="08")


@pytest.mark.parametrize("kind", [Kind.MUTE, Kind.MUTE_UNPROVEN])
def test_the_answer_to_reset_of_a_mute_card_is_too_long_to_be_one(make: Make, kind: Kind) -> None:
    assert len(make(kind).chip.atr) > 33


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in {Kind.MUTE, Kind.MUTE_UNPROVEN}])
def test_every_other_answer_to_reset_has_a_valid_check_byte(make: Make, kind: Kind) -> None:
    atr = make(kind).chip.atr
    check = 0
    for byte in atr[1:]:
        check ^= byte
    assert (atr[0], check) == (0x3B, 0)
    assert len(atr) == 5 + (atr[1] & 0x0F)


def test_only_cards_that_are_removed_leave_by_themselves(make: Make) -> None:
    leaving = {kind for kind in Kind if make(kind).leaves_after is not None}
    assert leaving == {Kind.REMOVED, Kind.REMOVED_AT_ONCE}


def test_only_the_slow_card_is_slow(make: Make) -> None:
    assert {kind for kind in Kind if make(kind).seconds_a_command} == {Kind.SLOW}


def test_a_card_of_another_issuer_does_not_authenticate_here(make: Make, sam: Sam, secrets: Secrets) -> None:
    with pytest.raises(Refused) as excinfo:
        authenticate(make(Kind.OTHER_ISSUER).chip, sam, secrets)
    assert excinfo.value.step == "00820000"


def test_biodata_with_a_corrected_date_of_birth_are_signed_and_keep_the_nik(
    make: Make, sam: Sam, secrets: Secrets
) -> None:
    card = make(Kind.NIK_DIFFERS)
    authenticate(card.chip, sam, secrets)
    fields = check_signature(card.chip, sam).removeprefix('"').removesuffix('"').split('","')
    assert fields[0] == card.resident.nik
    assert fields[14] != card.resident.fields[14]


def test_what_a_registry_should_know_of_each_kind(make: Make) -> None:
    odd = {kind: make(kind).status for kind in Kind if make(kind).status != "active"}
    assert odd == {
        Kind.PHOTO_COPIED: None,
        Kind.UNKNOWN: None,
        Kind.NOT_A_KTP: None,
        Kind.BANK_CARD: None,
        Kind.TRAVEL_DOCUMENT: None,
        Kind.FILE_CARD: None,
        Kind.TAG: None,
        Kind.GARBAGE: None,
        Kind.NOT_ACTIVATED: "not-activated",
        Kind.BLOCKED: "blocked",
        Kind.LOST: "lost",
        Kind.RECORDED_DAMAGED: "damaged",
        Kind.REPLACED: "replaced",
    }
