"""The catalogue of outcomes: every check, every code, and its sentence for people.

One source for pages, documents and integrators: `sentence(check, code, language)`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Language = Literal["id", "en"]


class Outcome(StrEnum):
    """How a tap ends."""

    VERIFIED = "verified"
    REFUSED = "refused"
    INCONCLUSIVE = "inconclusive"
    ALIVE = "alive"


class Assurance(StrEnum):
    """What was reached; each includes the one before."""

    NONE = "none"
    CHIP = "chip"
    GENUINE = "genuine"
    HOLDER = "holder"


class Check(StrEnum):
    """The checks, in the order in which they decide."""

    READER_TRUSTED = "reader.trusted"
    CHIP_ANSWERS = "chip.answers"
    CHIP_READABLE = "chip.readable"
    CARD_AUTHENTIC = "card.authentic"
    DATA_SIGNED = "data.signed"
    CARD_STATUS = "card.status"
    HOLDER_MATCHES = "holder.matches"
    NIK_CONSISTENT = "nik.consistent"


class Result(StrEnum):
    """What a check comes to."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not-done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One way in which a check can end, with what the officer reads."""

    check: Check
    code: str
    result: Result
    id: str
    en: str


def _reason(check: Check, code: str, result: Result, id_: str, en: str) -> Reason:
    return Reason(check=check, code=code, result=result, id=id_, en=en)


_P, _F, _N = Result.PASSED, Result.FAILED, Result.NOT_DONE

REASONS: tuple[Reason, ...] = (
    _reason(Check.READER_TRUSTED, "ok", _P, "Pembaca ini disetujui.", "This reader is approved."),
    _reason(
        Check.READER_TRUSTED,
        "suspended",
        _F,
        "Pembaca ini belum atau tidak lagi disetujui. Hubungi Dispendukcapil.",
        "This reader is not, or no longer, approved. Call the civil-registry office.",
    ),
    _reason(
        Check.READER_TRUSTED,
        "late",
        _N,
        "Pembacaan tiba terlambat. Tempelkan kartu sekali lagi.",
        "The reading arrived too late. Tap the card once more.",
    ),
    _reason(Check.CHIP_ANSWERS, "ok", _P, "Chip menjawab sebagai KTP-el.", "The chip answers as a KTP-el."),
    _reason(
        Check.CHIP_ANSWERS,
        "not-a-ktp",
        _F,
        "Kartu ini bukan KTP-el. Mintalah KTP-el.",
        "This card is not a KTP-el. Ask for the KTP-el.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "no-answer",
        _F,
        "Chip tidak menjawab: rusak. Arahkan warga ke kecamatan untuk penggantian.",
        "The chip does not answer: it is damaged. Send the citizen to the kecamatan for a new card.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "reader-unproven",
        _N,
        "Chip tidak menjawab, tetapi pembaca ini belum terbukti baik. Coba kartu lain, lalu ulangi.",
        "The chip does not answer, but this reader has not proven itself. Try another card, then repeat.",
    ),
    _reason(
        Check.CHIP_ANSWERS,
        "card-removed",
        _N,
        "Kartu diangkat terlalu cepat. Tempelkan lagi dan tahan.",
        "The card was removed too early. Tap again and hold it still.",
    ),
    _reason(Check.CHIP_READABLE, "ok", _P, "Isi chip terbaca utuh.", "The chip could be read whole."),
    _reason(
        Check.CHIP_READABLE,
        "file-damaged",
        _F,
        "Sebagian isi chip rusak. Arahkan warga ke kecamatan untuk penggantian.",
        "A part of the chip is damaged. Send the citizen to the kecamatan for a new card.",
    ),
    _reason(
        Check.CHIP_READABLE,
        "card-removed",
        _N,
        "Kartu diangkat terlalu cepat. Tempelkan lagi dan tahan.",
        "The card was removed too early. Tap again and hold it still.",
    ),
    _reason(Check.CHIP_READABLE, "not-reached", _N, "Isi chip belum dibaca.", "The chip was not read."),
    _reason(Check.CARD_AUTHENTIC, "ok", _P, "Kartu asli.", "The card is genuine."),
    _reason(
        Check.CARD_AUTHENTIC,
        "authentication-failed",
        _F,
        "Kartu tidak dapat membuktikan keasliannya: mungkin tiruan. Tahan layanan dan lapor.",
        "The card cannot prove that it is genuine: it may be a copy. Stop and report.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "no-sam",
        _N,
        "SAM tidak terpasang. Pasang SAM, lalu tempelkan kartu lagi.",
        "There is no SAM in the reader. Insert it and tap again.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "sam-refused",
        _N,
        "SAM menolak dibuka. Hubungi operator.",
        "The SAM refuses to open. Call the operator.",
    ),
    _reason(
        Check.CARD_AUTHENTIC,
        "not-reached",
        _N,
        "Keaslian kartu belum diperiksa.",
        "Genuineness was not checked.",
    ),
    _reason(Check.DATA_SIGNED, "ok", _P, "Tanda tangan digital sah.", "The digital signature holds."),
    _reason(
        Check.DATA_SIGNED,
        "signature-invalid",
        _F,
        "Tanda tangan digital tidak sah: data kartu diubah. Tahan layanan dan lapor.",
        "The digital signature is invalid: the card's data was changed. Stop and report.",
    ),
    _reason(
        Check.DATA_SIGNED,
        "not-reached",
        _N,
        "Tanda tangan digital belum diperiksa.",
        "The signature was not checked.",
    ),
    _reason(Check.CARD_STATUS, "ok", _P, "Status kartu sesuai.", "The card's status is right."),
    _reason(
        Check.CARD_STATUS,
        "not-activated",
        _F,
        "Kartu belum diaktifkan. Arahkan warga ke kecamatan untuk aktivasi.",
        "The card is not activated. Send the citizen to the kecamatan to activate it.",
    ),
    _reason(Check.CARD_STATUS, "active", _F, "Kartu sudah aktif.", "The card is active already."),
    _reason(Check.CARD_STATUS, "blocked", _F, "Kartu diblokir.", "The card is blocked."),
    _reason(Check.CARD_STATUS, "lost", _F, "Kartu dilaporkan hilang.", "The card was reported lost."),
    _reason(Check.CARD_STATUS, "damaged", _F, "Kartu tercatat rusak.", "The card is recorded as damaged."),
    _reason(Check.CARD_STATUS, "replaced", _F, "Kartu sudah diganti.", "The card was replaced."),
    _reason(
        Check.CARD_STATUS,
        "unknown-card",
        _N,
        "Kartu belum tercatat. Hubungi Dispendukcapil.",
        "The registry does not know the card. Call the civil-registry office.",
    ),
    _reason(
        Check.CARD_STATUS, "not-reached", _N, "Status kartu belum diperiksa.", "The status was not checked."
    ),
    _reason(
        Check.HOLDER_MATCHES, "not-asked", _N, "Pemegang belum dicocokkan.", "The holder was not matched."
    ),
    _reason(Check.NIK_CONSISTENT, "ok", _P, "NIK sesuai biodata.", "The NIK agrees with the biodata."),
    _reason(
        Check.NIK_CONSISTENT,
        "differs",
        _F,
        "NIK berbeda dari tanggal lahir di biodata; ini hanya pemberitahuan.",
        "The NIK differs from the date of birth in the biodata; this is only a notice.",
    ),
    _reason(Check.NIK_CONSISTENT, "not-reached", _N, "NIK belum dibandingkan.", "The NIK was not compared."),
)

_BY_CODE = {(reason.check.value, reason.code): reason for reason in REASONS}

HEADLINES: dict[str, dict[Language, str]] = {
    "verified": {"id": "TERVERIFIKASI", "en": "VERIFIED"},
    "refused": {"id": "DITOLAK", "en": "REFUSED"},
    "inconclusive": {"id": "BELUM PASTI", "en": "INCONCLUSIVE"},
    "alive": {"id": "CHIP HIDUP", "en": "CHIP ALIVE"},
}


def reason(check: str, code: str) -> Reason:
    """The catalogue's entry. Raises KeyError for a pair that it does not hold."""
    return _BY_CODE[check, code]


def sentence(check: str, code: str, language: Language) -> str:
    """What a person reads; for a code of a newer version than this one, the code itself."""
    known = _BY_CODE.get((check, code))
    if known is None:
        return f"{check}: {code}"
    return known.id if language == "id" else known.en
