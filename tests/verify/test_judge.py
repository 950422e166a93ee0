"""Verdicts: never better than what was seen."""

from __future__ import annotations

from typing import Any

import pytest

from flyte_migrate.verify.judge import Case, judge
from flyte_migrate.verify.model import Execution, Place, Raised, Verdict, Violation

PLACE = Place("a.py", 3, "task")
CHOSEN = Case("a:main", True, frozenset({("a.py", "main")}))
MADE = Case("a:main", False, frozenset({("a.py", "main")}))


def returned(value: Any, **more: Any) -> Execution:
    return Execution("returned", "run", value, **more)


def raised(name: str, function: str = "task", own: bool = True, stage: str = "run") -> Execution:
    return Execution("raised", stage, raised=Raised(name, "why", Place("a.py", 3, function), own))


@pytest.mark.parametrize(
    ("case", "migrated", "original", "verdict"),
    [
        (CHOSEN, returned(1), None, Verdict.RAN),
        (CHOSEN, returned(1), returned(1), Verdict.SAME),
        (CHOSEN, returned(1), returned(2), Verdict.DIFFERS),
        (CHOSEN, returned(1, calls={"f": 2}), returned(1, calls={"f": 1}), Verdict.DIFFERS),
        (CHOSEN, returned(1, calls={"f": 1, "helper": 1}), returned(1, calls={"f": 1}), Verdict.SAME),
        (CHOSEN, returned(1), raised("ValueError"), Verdict.DIFFERS),
        (CHOSEN, raised("ValueError"), returned(1), Verdict.DIFFERS),
        (CHOSEN, raised("ValueError"), raised("ValueError"), Verdict.SAME),
        (CHOSEN, raised("ValueError"), raised("KeyError"), Verdict.DIFFERS),
        # Where flytekit can't run the original locally, there is nothing to compare with.
        (CHOSEN, returned(1), raised("AssertionError", own=False), Verdict.RAN),
        (CHOSEN, returned(1), raised("FlyteRecoverableException"), Verdict.RAN),
        (CHOSEN, raised("EOFError"), raised("Abort"), Verdict.SKIPPED),
        (CHOSEN, returned(1), Execution("timeout", reason="too slow"), Verdict.RAN),
        (CHOSEN, returned(1), Execution("raised", "import", missing="torch"), Verdict.RAN),
        # Alone, a failure of a task with inputs that nobody chose may be right; one of a former workflow's body is not.
        (CHOSEN, raised("ZeroDivisionError"), None, Verdict.FAILED),
        (MADE, raised("ZeroDivisionError"), None, Verdict.SKIPPED),
        (MADE, raised("ZeroDivisionError", "main"), None, Verdict.FAILED),
        (MADE, raised("AttributeError"), None, Verdict.FAILED),
        (MADE, raised("ValueError", own=False), None, Verdict.FAILED),
        (CHOSEN, raised("ImportError", stage="import"), None, Verdict.FAILED),
        (CHOSEN, raised("ImportError", stage="import"), raised("ImportError", stage="import"), Verdict.SKIPPED),
        (CHOSEN, Execution("timeout", reason="too slow"), None, Verdict.FAILED),
        (CHOSEN, Execution("timeout", reason="too slow"), Execution("timeout", reason="too slow"), Verdict.SKIPPED),
        (CHOSEN, Execution("crashed", reason="gone"), returned(1), Verdict.FAILED),
        (CHOSEN, Execution("no-inputs", reason="no value"), None, Verdict.SKIPPED),
        (CHOSEN, returned(1, stand_ins_used=("torch",)), returned(1), Verdict.SKIPPED),
        (CHOSEN, returned({"$": "stand-in", "name": "torch.x"}), returned(1), Verdict.SKIPPED),
        (CHOSEN, returned(1), returned(1, stand_ins_used=("torch",)), Verdict.RAN),
    ],
)
def test_verdicts(case: Case, migrated: Execution, original: Execution | None, verdict: Verdict) -> None:
    assert judge(case, migrated, original).verdict is verdict


def test_a_violation_fails_even_what_gave_the_right_value() -> None:
    violation = Violation("unconsumed-map", PLACE, "nobody consumes it.", "Wrap it in list().")
    found = judge(CHOSEN, returned(1, violations=(violation,)), returned(1))
    assert (found.verdict, found.place, found.advice) == (Verdict.FAILED, PLACE, "Wrap it in list().")


def test_a_value_that_never_fitted_is_no_fault_of_the_migration() -> None:
    violation = Violation("unfit-value", PLACE, "it is no int.", "Convert it.")
    migrated = Execution("raised", "run", raised=Raised("TypeError", "no int", PLACE, True), violations=(violation,))
    assert judge(CHOSEN, migrated, returned(1)).verdict is Verdict.FAILED
    assert judge(CHOSEN, migrated, None).verdict is Verdict.FAILED
    found = judge(CHOSEN, migrated, raised("TypeTransformerFailedError", own=False))
    assert (found.verdict, found.place) == (Verdict.SKIPPED, PLACE)


def test_the_reason_for_no_comparison_is_told() -> None:
    found = judge(CHOSEN, returned(1), raised("AssertionError", own=False))
    assert found.notes == ("not compared: flytekit's local execution itself fails: AssertionError: why",)


def test_opaque_values_are_no_full_proof_and_this_is_told() -> None:
    opaque = {"$": "opaque", "type": "lib.Model"}
    assert judge(CHOSEN, returned(opaque), returned(opaque)).notes == ("compared by type only: lib.Model",)


def test_the_name_of_the_task_that_flytekit_adds_to_a_message_is_left_out() -> None:
    message = "Error encountered while executing 'f':\n  too large"
    before = Execution("raised", "run", raised=Raised("ValueError", message, PLACE, True))
    found = judge(CHOSEN, raised("KeyError"), before)
    assert found.differences[0].original == "ValueError: too large"
