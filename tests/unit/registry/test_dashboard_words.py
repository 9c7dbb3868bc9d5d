import re
from pathlib import Path

from registry.dashboard import page
from registry.dashboard.words import WORDS
from registry.readers.lifecycle import Stage

STATIC = Path(page.__file__).parent / "static"
SCRIPTS = "".join(file.read_text() for file in STATIC.glob("*.js"))
PUT_IN = re.compile(r"\{\w+\}")


def test_both_languages_have_the_same_words_with_the_same_places_to_fill() -> None:
    indonesian, english = WORDS["id"], WORDS["en"]
    assert indonesian.keys() == english.keys()
    for name, words in indonesian.items():
        assert sorted(PUT_IN.findall(words)) == sorted(PUT_IN.findall(english[name])), name


def test_every_word_that_the_page_says_is_there() -> None:
    said = set(re.findall(r'\bsay\("(\w+)"', SCRIPTS)) | set(re.findall(r'mark\("\w+", "(\w+)"', SCRIPTS))
    said |= set(re.findall(r'(?:text|count|date|share)\("[\w.]+", "(\w+)"', SCRIPTS))
    assert len(said) > 50
    assert said <= WORDS["id"].keys()


def test_every_stage_of_a_reader_that_can_be_at_a_place_has_words_and_a_letter() -> None:
    for stage in {*Stage} - {Stage.RETIRED}:
        for kind in ("state", "letter"):
            assert f"{kind}_{stage}" in WORDS["id"]
