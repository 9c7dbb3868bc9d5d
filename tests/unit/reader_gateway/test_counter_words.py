from dataclasses import replace

import pytest

from ketuk_events.outcomes import HEADLINES, READERS, REASONS, Assurance, Language, Reason
from ketuk_events.taps import CheckResult
from reader_gateway.counter.translations import WORDS
from reader_gateway.counter.view_model import Shown, ShownReader, shown
from reader_gateway.desk.display_state import BoardState, ReaderOnBoard, TapOnBoard
from reader_gateway.tap.chip_notes import ChipNotes
from tests.unit.reader_gateway.taps_on_board import PHOTO, reader, tap, verdict

REASONS_BY_CODE = {reason.code: reason for reason in REASONS}
LANGUAGES: tuple[Language, ...] = ("id", "en")


def page(
    at: ReaderOnBoard, on: TapOnBoard | None = None, language: Language = "id", *, purpose: str = "record"
) -> Shown:
    state = BoardState(
        readers=(at,), taps=() if on is None else (on,), current={} if on is None else {at.name: on}
    )
    return shown(state, language=language, purpose=purpose, chip_notes=ChipNotes(), keeps=True)


def panel(at: ReaderOnBoard, on: TapOnBoard | None = None, language: Language = "id") -> ShownReader:
    return page(at, on, language).readers[0]


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["id"].keys() == WORDS["en"].keys()


def test_no_word_is_the_same_in_both_languages_but_the_name_of_the_time_zone() -> None:
    same = {name for name, word in WORDS["id"].items() if word == WORDS["en"][name]}
    assert not same


@pytest.mark.parametrize(
    ("at", "look", "says"),
    [
        (reader("ready"), "ready", "TEMPELKAN KARTU"),
        (reader("absent"), "gone", "PEMBACA TIDAK ADA"),
        (reader("gone"), "gone", "PEMBACA TERLEPAS"),
    ],
)
def test_a_reader_without_a_tap_says_what_to_do(at: ReaderOnBoard, look: str, says: str) -> None:
    assert (panel(at).look, panel(at).headline) == (look, says)


@pytest.mark.parametrize("stage", ["reading", "sent", "late"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tap_under_way_says_how_far_it_has_come(stage: str, language: Language) -> None:
    found = panel(reader("card"), tap(stage=stage), language)
    assert (found.look, found.headline, found.advice) == (
        stage,
        WORDS[language][stage],
        WORDS[language][f"{stage}_hint"],
    )


@pytest.mark.parametrize("outcome", HEADLINES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verdict_has_the_look_and_the_headline_of_its_outcome(outcome: str, language: Language) -> None:
    found = panel(reader("card"), verdict(outcome=outcome), language)
    assert (found.look, found.headline) == (outcome, HEADLINES[outcome][language])


@pytest.mark.parametrize("reason", REASONS)
def test_the_advice_is_the_sentence_of_the_check_that_decided(reason: Reason) -> None:
    found = panel(reader("card"), verdict(outcome="refused", reason=f"{reason.check}/{reason.code}"), "en")
    assert found.advice == reason.en


@pytest.mark.parametrize("assurance", sorted(set(Assurance) - {Assurance.NONE}))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_verdict_says_what_it_means_and_no_more(assurance: str, language: Language) -> None:
    found = panel(reader("card"), verdict(assurance=assurance), language)
    assert found.advice == WORDS[language][f"reached_{assurance}"]


def test_an_outcome_of_a_newer_version_never_looks_good() -> None:
    found = panel(reader("card"), verdict(outcome="verified-abroad", assurance="consular"))
    assert (found.look, found.headline, found.advice) == ("inconclusive", "VERIFIED-ABROAD", "")


def test_checks_are_told_in_words_with_what_they_concern() -> None:
    checks = (
        CheckResult(check="chip.answers", result="passed", code="ok"),
        CheckResult(check="chip.readable", result="failed", code="file-damaged", detail="6FF0, 6FF2"),
        CheckResult(check="card.authentic", result="not-done", code="not-reached"),
    )
    found = panel(reader("card"), verdict(outcome="refused", checks=checks), "en")
    assert [(each.result, each.result_text, each.text) for each in found.checks] == [
        ("passed", "passed", "The chip answers as a KTP-el."),
        (
            "failed",
            "failed",
            REASONS_BY_CODE["file-damaged"].en + " (card control, photo)",
        ),
        ("not-done", "not done", "Genuineness was not checked."),
    ]


def test_the_time_is_that_of_western_indonesia() -> None:
    assert panel(reader("card"), tap(7)).about == "09.00.07 WIB · Pencatatan"
    assert panel(reader("card"), tap(7), "en").about == "09:00:07 WIB · Record"


def test_a_photo_has_an_address_only_where_the_board_gives_it() -> None:
    assert panel(reader("card"), verdict()).photo is None
    assert panel(reader("card"), replace(verdict(), photo=PHOTO)).photo == "/photos/tap-1"


def test_a_reader_that_is_gone_shows_no_verdict() -> None:
    found = panel(reader("gone"), verdict())
    assert (found.look, found.checks, found.about, found.sam_text) == ("gone", (), "", "")


def test_a_chip_check_asks_for_the_card_until_one_is_there() -> None:
    on = tap(purpose="chip-check")
    assert panel(reader("ready"), on).look == "probing"
    assert panel(reader("card"), on).look == "reading"


def test_a_card_that_was_just_lifted_is_not_asked_for() -> None:
    assert panel(reader("ready"), tap()).look == "reading"


@pytest.mark.parametrize(
    ("at", "on", "heeded"),
    [
        (reader("ready"), None, True),
        (reader("ready"), verdict(), True),
        (reader("ready"), tap(purpose="chip-check"), False),
        (reader("card"), verdict(), False),
        (reader("gone"), None, False),
    ],
)
def test_the_chip_can_be_checked_where_no_card_is_and_no_tap_is_under_way(
    at: ReaderOnBoard, on: TapOnBoard | None, *, heeded: bool
) -> None:
    assert panel(at, on).can_check is heeded


def test_a_missing_sam_is_said() -> None:
    assert panel(reader(sam=False)).sam_text == "SAM tidak terpasang"


def test_an_officer_who_checks_chips_is_told_what_to_do_with_one_that_is_silent() -> None:
    told = page(reader("ready"), purpose="chip-check").readers[0].advice
    assert "tekan Periksa chip" in told
    assert "Periksa chip" not in panel(reader("ready")).advice
    assert page(reader("gone"), purpose="chip-check").readers[0].advice == READERS["gone"].advice["id"]


def test_what_is_noted_for_the_next_chip_check_is_shown() -> None:
    notes = ChipNotes()
    notes.checked("tap-1")
    notes.note(cause="heat", second=True)
    note = shown(BoardState(), language="id", purpose="chip-check", chip_notes=notes, keeps=True).note
    assert (note.cause, note.second, note.has_first) == ("heat", True, True)
    notes.take()
    note = shown(BoardState(), language="id", purpose="chip-check", chip_notes=notes, keeps=True).note
    assert (note.cause, note.second, note.has_first) == ("unknown", False, True)


def test_the_list_has_every_tap_in_words() -> None:
    found = page(reader("card"), verdict(reason="card.status/blocked", outcome="refused"), "en").taps[0]
    assert (found.tap, found.reader, found.look, found.headline, found.advice, found.purpose) == (
        "tap-1",
        "loket-1",
        "refused",
        "REFUSED",
        "The card is blocked.",
        "Record",
    )
