"""A hook of Schemathesis: what its coverage phase makes for an operation, once for each kind."""

from collections.abc import Callable, Hashable
from typing import Any

import schemathesis
from schemathesis.generation.meta import CoveragePhaseData


def first_of_each_kind() -> Callable[[schemathesis.HookContext, schemathesis.Case[Any]], bool]:
    """What is too long, too short, left out, of another type and so on, in each place of a request: once."""
    had: set[Hashable] = set()

    def filter_case(_: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
        if case.meta is None or not isinstance(made := case.meta.phase.data, CoveragePhaseData):
            return True
        kind = case.operation.label, case.meta.generation.mode, made.scenario, made.parameter_location
        is_first = kind not in had
        had.add(kind)
        return is_first

    return filter_case


schemathesis.hook(first_of_each_kind())
