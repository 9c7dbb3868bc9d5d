"""Verification's own check of signatures, on cards that the simulator signed."""

from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chassis.crypto.sealing import Opener, Sealer, key_id
from dev.stack.secret_files import public_pem
from ketuk_events.evidence import Evidence, Finding
from ketuk_events.names import to_timestamp
from ketuk_events.projection import KeyPublished
from ketuk_events.taps import CardRead
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.ktp.purpose_files import NEEDS
from reader_gateway.ktp.reading import Reading
from reader_gateway.tap.tap import Tap, new_tap_id
from simulator.files import with_length
from simulator.kinds import Kind
from simulator.signature_file import sign
from tests.unit.reader_gateway.terminal import ISSUER, OTHER, card, read
from tests.unit.verification.given import NOW, asked, case, evidence
from verification.evidence.card_signature import issuers
from verification.rules.case import OwnCheck
from verification.rules.verdict import judge

GATEWAY, VERIFICATION = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
PASSED, FAILED = Finding(result="passed", code="ok"), Finding(result="failed", code="signature-invalid")
PHOTO = b"\xff\xd8 a portrait"
AT = datetime(2030, 6, 1, tzinfo=UTC)


def published(key: ec.EllipticCurvePrivateKey, **changed: object) -> KeyPublished:
    told = KeyPublished(
        key_id=key_id(key.public_key()),
        use="issuer",
        owner="penerbit",
        public_key=public_pem(key),
        valid_from="2020-01-01T00:00:00.000Z",
        valid_until="2040-01-01T00:00:00.000Z",
        version=1,
    )
    return structs.replace(told, **changed)


RIGHT, WRONG = published(ISSUER.signing_key), published(OTHER.signing_key)


def sent(reading: Reading) -> Evidence:
    """What verification opens of it."""
    speaker = Speaker(
        region="3372",
        gateway="kelurahan-jebres",
        epoch=1,
        sealer=Sealer(sender="3372.kelurahan-jebres", identity=GATEWAY, recipient=VERIFICATION.public_key()),
    )
    tap = Tap(id=new_tap_id(NOW), asked=asked(), began=NOW, counter=1)
    told = msgspec.json.decode(speaker.read(tap, reading, proven=True, now=NOW).body, type=CardRead)
    content = Opener(keys=(VERIFICATION,)).open(
        told.evidence, sender="3372.kelurahan-jebres", identities=public_pem(GATEWAY), sealed_at=NOW
    )
    return msgspec.json.decode(content, type=Evidence)


def signed(biodata: bytes, *, text: str, signature: Finding = PASSED) -> Evidence:
    file = sign(ISSUER.signing_key, biodata_file=with_length(biodata), photo_file=with_length(PHOTO))
    return structs.replace(evidence(), biodata=text, photo=PHOTO, signature_file=file, signature=signature)


WELL = signed(b"x", text="x")


@pytest.mark.parametrize(
    ("kind", "comes_to"),
    [
        (Kind.HEALTHY, OwnCheck.HOLDS),
        (Kind.NIK_DIFFERS, OwnCheck.HOLDS),
        (Kind.DATA_ALTERED, OwnCheck.REFUTED),
        (Kind.WRONG_ISSUER, OwnCheck.REFUTED),
        (Kind.PHOTO_COPIED, OwnCheck.NOT_POSSIBLE),
    ],
)
def test_a_card_that_was_read_is_checked_as_its_sam_checked_it(kind: Kind, comes_to: OwnCheck) -> None:
    found = sent(read(card(kind))[0])
    assert issuers((RIGHT,)).check(found, at=NOW) is comes_to


def test_the_photo_leaves_the_counter_only_beside_a_signature_over_it() -> None:
    for_record, _ = read(card(Kind.HEALTHY))
    chip_check, _ = read(card(Kind.HEALTHY), needs=NEEDS["chip-check"])
    assert (chip_check.photo, sent(chip_check).photo) == (for_record.photo, None)
    assert sent(for_record).photo == for_record.photo is not None


@pytest.mark.parametrize("biodata", [b"JALAN", "JALAN É".encode(), "JALAN É".encode("latin-1"), b"\xc3\xff"])
def test_no_byte_of_what_was_signed_is_lost_on_the_way(biodata: bytes) -> None:
    file = sign(ISSUER.signing_key, biodata_file=with_length(biodata), photo_file=with_length(PHOTO))
    found = sent(
        Reading(biodata=biodata, photo=PHOTO, signature_file=file, signature=PASSED, authentication=PASSED)
    )
    assert issuers((RIGHT,)).check(found, at=NOW) is OwnCheck.HOLDS


@pytest.mark.parametrize("part", ["biodata", "photo", "signature_file"])
def test_one_letter_that_differs_refutes_and_what_is_missing_does_not(part: str) -> None:
    here = issuers((RIGHT,))
    altered = {"biodata": "y", "photo": PHOTO + b"!", "signature_file": WELL.signature_file[:40] + bytes(40)}  # type: ignore[index]
    assert here.check(WELL, at=AT) is OwnCheck.HOLDS
    assert here.check(structs.replace(WELL, **{part: altered[part]}), at=AT) is OwnCheck.REFUTED
    assert here.check(structs.replace(WELL, **{part: None}), at=AT) is OwnCheck.NOT_POSSIBLE


def test_a_signature_file_of_another_layout_is_not_called_false() -> None:
    file = WELL.signature_file or b""
    for other in (b"\x02" + file[1:], file[:-1], file + b"\0", file[:7] + b"\xff" + file[8:], b""):
        found = structs.replace(WELL, signature_file=other)
        assert issuers((RIGHT,)).check(found, at=AT) is OwnCheck.NOT_POSSIBLE


def test_any_of_several_keys_will_do_whatever_the_card_names_first() -> None:
    file = WELL.signature_file or b""
    renamed = structs.replace(WELL, signature_file=file[:1] + b"\0\0\0\0" + file[5:])
    for found in (WELL, renamed):
        for keys in ((RIGHT, WRONG), (WRONG, RIGHT)):
            assert issuers(keys).check(found, at=AT) is OwnCheck.HOLDS
    assert issuers((WRONG,)).check(WELL, at=AT) is OwnCheck.REFUTED


@pytest.mark.parametrize(
    ("at", "comes_to"),
    [
        ("2019-12-31T23:59:59.999Z", OwnCheck.NOT_POSSIBLE),
        ("2020-01-01T00:00:00.000Z", OwnCheck.HOLDS),
        ("2039-12-31T23:59:59.999Z", OwnCheck.HOLDS),
        ("2040-01-01T00:00:00.000Z", OwnCheck.NOT_POSSIBLE),
    ],
)
def test_a_key_counts_for_taps_from_its_first_moment_until_before_its_last(
    at: str, comes_to: OwnCheck
) -> None:
    assert issuers((RIGHT,)).check(WELL, at=datetime.fromisoformat(at)) is comes_to


def test_a_key_that_is_not_yet_valid_stands_in_for_none() -> None:
    later = structs.replace(WRONG, valid_from=to_timestamp(AT.replace(year=2031)))
    assert issuers((RIGHT, later)).check(WELL, at=AT) is OwnCheck.HOLDS
    assert issuers((structs.replace(RIGHT, valid_from=later.valid_from), WRONG)).check(WELL, at=AT) is (
        OwnCheck.REFUTED
    )


def test_once_an_issuer_was_published_the_sams_word_alone_is_not_enough_again() -> None:
    withdrawn = structs.replace(RIGHT, withdrawn=True, version=2)
    broken = structs.replace(RIGHT, public_key="?")
    assert issuers(()).check(WELL, at=AT) is OwnCheck.NOT_CONFIGURED
    assert issuers((structs.replace(RIGHT, use="seal"),)).check(WELL, at=AT) is OwnCheck.NOT_CONFIGURED
    for keys in ((withdrawn,), (broken,)):
        assert issuers(keys).check(WELL, at=AT) is OwnCheck.NOT_POSSIBLE


@given(st.binary(max_size=90), st.text(max_size=20), st.binary(max_size=20))
def test_nothing_that_is_read_from_a_card_breaks_the_check(file: bytes, biodata: str, photo: bytes) -> None:
    found = structs.replace(WELL, signature_file=b"\x01" + file, biodata=biodata, photo=photo)
    assert issuers((RIGHT,)).check(found, at=AT) in {OwnCheck.REFUTED, OwnCheck.NOT_POSSIBLE}


SAYS = {
    ("passed", OwnCheck.NOT_CONFIGURED): "ok",
    ("passed", OwnCheck.HOLDS): "ok",
    ("passed", OwnCheck.NOT_POSSIBLE): "not-rechecked",
    ("passed", OwnCheck.REFUTED): "signature-disputed",
    ("failed", OwnCheck.NOT_CONFIGURED): "signature-invalid",
    ("failed", OwnCheck.HOLDS): "signature-disputed",
    ("failed", OwnCheck.NOT_POSSIBLE): "signature-invalid",
    ("failed", OwnCheck.REFUTED): "signature-invalid",
}
OUTCOMES = {"ok": "verified", "not-rechecked": "inconclusive"}


@pytest.mark.parametrize(("sam", "own"), SAYS)
def test_both_must_say_that_it_holds_and_a_dispute_is_refused(sam: str, own: OwnCheck) -> None:
    signature = PASSED if sam == "passed" else FAILED
    verdict = judge(case(evidence(signature=signature), own_check=own))
    code = SAYS[sam, own]
    assert {each.check: each.code for each in verdict.checks}["data.signed"] == code
    assert verdict.outcome == OUTCOMES.get(code, "refused")


def test_no_finger_counts_beside_a_signature_that_our_own_check_refutes() -> None:
    found = evidence(holder=PASSED, purpose="identify")
    for own, code in ((OwnCheck.HOLDS, "ok"), (OwnCheck.REFUTED, "not-asked")):
        verdict = judge(case(found, own_check=own))
        assert {each.check: each.code for each in verdict.checks}["holder.matches"] == code
