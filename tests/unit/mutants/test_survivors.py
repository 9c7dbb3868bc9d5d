from pathlib import Path

import msgspec
import pytest

from dev.mutants.__main__ import ACCEPTED
from dev.mutants.mutmut import ROOT
from dev.mutants.subjects import SUBJECTS
from dev.mutants.survivors import Accepted, Found, Survivor, accepted_in, complaints

ALIVE = Survivor(function="verification.rules.verdict.conclude", was="a < b", now="a <= b")
REASON = Accepted(function=ALIVE.function, was=ALIVE.was, now=ALIVE.now, because="the two are never equal")


def survivors(count: int) -> tuple[Survivor, ...]:
    return tuple(
        Survivor(function=f"verification.rules.verdict.f{number}", was="1", now="2")
        for number in range(count)
    )


def test_three_in_a_hundred_may_survive_without_a_reason_and_no_more() -> None:
    assert complaints([Found(mutants=100, survivors=survivors(3))], []) == []
    said = complaints([Found(mutants=100, survivors=survivors(4))], [])
    assert [line.split("\n")[0] for line in said] == [
        f"without a reason: verification.rules.verdict.f{number}" for number in range(4)
    ]


def test_the_share_is_of_all_that_were_tried() -> None:
    few, many = Found(mutants=10, survivors=survivors(3)), Found(mutants=90, survivors=())
    assert complaints([few], []) != []
    assert complaints([few, many], []) == []


def test_one_with_a_reason_does_not_count() -> None:
    found = [Found(mutants=1, survivors=(ALIVE,))]
    assert complaints(found, []) != []
    assert complaints(found, [REASON]) == []


def test_a_reason_for_one_that_a_test_sees_has_to_go() -> None:
    (said,) = complaints([Found(mutants=100, survivors=())], [REASON])
    assert said.startswith("accepted, and a test sees it: verification.rules.verdict.conclude")


def test_where_nothing_was_mutated_nothing_was_shown() -> None:
    assert complaints([], []) == complaints([Found(mutants=0, survivors=())], []) != []


def test_each_that_is_accepted_has_a_reason_and_is_of_what_is_mutated(tmp_path: Path) -> None:
    accepted = accepted_in(ACCEPTED)
    packages = {subject.package for subject in SUBJECTS.values()}
    for each in accepted:
        assert len(each.because) > 10
        assert each.function.partition(".")[0] in packages
    assert len({(each.function, each.was, each.now) for each in accepted}) == len(accepted)
    bare = tmp_path / "accepted.toml"
    bare.write_text('[[survivor]]\nfunction = "x"\nwas = "a"\nnow = "b"\n')
    with pytest.raises(msgspec.ValidationError, match="because"):
        accepted_in(bare)


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_to_be_mutated_and_its_tests_are_there(name: str) -> None:
    subject = SUBJECTS[name]
    (package,) = [
        folder / subject.package
        for folder in (ROOT / "services", ROOT / "proto")
        if (folder / subject.package).is_dir()
    ]
    assert all(list(package.glob(each)) for each in subject.modules)
    assert all((ROOT / each).exists() for each in subject.tests)
    for each in subject.skipped:
        file, _, test = each.partition("::")
        assert f"def {test}(" in (ROOT / file).read_text()
