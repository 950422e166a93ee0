"""From what happened to a verdict: never better than what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flyte_migrate.verify.compare import call_differences, differences, has_kind, opaque_types, shown
from flyte_migrate.verify.model import Difference, Execution, Place, Raised, Verdict, Violation

#: Exceptions that a wrong conversion raises, and inputs that nobody chose hardly ever do.
_SYMPTOMS = frozenset(
    {"AttributeError", "ImportError", "NameError", "NotImplementedError", "TypeError", "UnboundLocalError"}
)

_GIVE_INPUTS = "Give inputs that it can work with: --entry {entry} --inputs FILE."


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reasons; the fields are those of ``model.Result``."""

    verdict: Verdict
    why: str
    place: Place | None = None
    advice: str = ""
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Case:
    """What the judge knows of a run beside what happened.

    ``chosen`` says that the author of the program or the user chose the inputs. ``graphs`` are former workflows,
    as (file, name): what fails in their bodies was not written by the author.
    """

    entry: str
    chosen: bool
    graphs: frozenset[tuple[str, str]] = frozenset()


def judge(case: Case, migrated: Execution, original: Execution | None) -> Judgement:
    """The verdict on a migrated run, compared with the original's if there is one."""
    found = _judge(case, migrated, original)
    notes = [*found.notes]
    if migrated.placeholders:
        notes.append(f"secrets had placeholder values: {', '.join(migrated.placeholders)}")
    if migrated.stand_ins and not migrated.stand_ins_used:
        notes.append(f"stand-ins were imported and not used in the run: {', '.join(migrated.stand_ins)}")
    return replace(found, notes=tuple(notes))


def _judge(case: Case, migrated: Execution, original: Execution | None) -> Judgement:
    if migrated.violations:
        before = original.raised if original is not None and original.stage == "run" else None
        if before is not None and all(each.rule == "unfit-value" for each in migrated.violations):
            why = f"a value does not fit its annotation, and the original fails, too: {_told(before)}"
            return Judgement(Verdict.SKIPPED, why, migrated.violations[0].place)
        return _strict(migrated.violations, migrated)
    if migrated.missing:
        return Judgement(
            Verdict.SKIPPED,
            f"it needs the module `{migrated.missing}`, which is not installed",
            advice="Install it beside the code (--python names the interpreter), or pass --stub-missing.",
        )
    if migrated.stage in ("sdk", "import") and migrated.raised is not None:
        return _not_imported(migrated.raised, original)
    if migrated.status == "imported":
        return _imported(migrated)
    if migrated.status == "no-inputs":
        return Judgement(Verdict.SKIPPED, migrated.reason, advice=_GIVE_INPUTS.format(entry=case.entry))
    if migrated.status in ("timeout", "crashed"):
        return _ended(migrated, original)
    if migrated.stage == "inputs" and migrated.raised is not None:
        why = f"it can't be started: {_told(migrated.raised)}"
        return Judgement(Verdict.FAILED, why, migrated.raised.place, detail=migrated.raised.trace)
    if migrated.stand_ins_used or has_kind(migrated.value, "stand-in"):
        how = f"raised {_told(migrated.raised)}" if migrated.raised else "ran"
        used = ", ".join(migrated.stand_ins_used or migrated.stand_ins)
        return Judgement(Verdict.SKIPPED, f"it {how} with stand-ins for {used}, which proves nothing of its results")
    if migrated.raised is not None and migrated.raised.name == "EOFError":
        why = "it asks for something on standard input, which is closed here"
        return Judgement(Verdict.SKIPPED, why, migrated.raised.place)
    obstacle = _obstacle(original)
    if original is None or obstacle:
        alone = _alone(case, migrated)
        return replace(alone, notes=(*alone.notes, f"not compared: {obstacle}")) if obstacle else alone
    return _compared(case, migrated, original)


def _strict(violations: tuple[Violation, ...], migrated: Execution) -> Judgement:
    first = violations[0]
    others = tuple(f"{each.place}: {each.message} {each.advice}" for each in violations[1:] if each != first)
    detail = migrated.raised.trace if migrated.raised else ""
    why = f"{first.message[:1].upper()}{first.message[1:]}"
    return Judgement(Verdict.FAILED, f"{why} [{first.rule}]", first.place, first.advice, notes=others, detail=detail)


def _not_imported(raised: Raised, original: Execution | None) -> Judgement:
    before = original.raised if original is not None and original.stage == "import" else None
    if before is not None and before.name == raised.name:
        return Judgement(Verdict.SKIPPED, f"the original can't be imported either: {_told(raised)}", raised.place)
    why = f"the module can't be imported: {_told(raised)}"
    return Judgement(Verdict.FAILED, why, raised.place, detail=raised.trace)


def _imported(migrated: Execution) -> Judgement:
    if migrated.stand_ins:
        return Judgement(Verdict.SKIPPED, f"it can be imported with stand-ins for {', '.join(migrated.stand_ins)}")
    return Judgement(Verdict.RAN, "it can be imported; it has no entry point of its own")


def _ended(migrated: Execution, original: Execution | None) -> Judgement:
    if original is not None and original.status == migrated.status:
        return Judgement(Verdict.SKIPPED, f"{migrated.reason}, and so did the original", detail=migrated.output)
    advice = "Allow it more with --timeout." if migrated.status == "timeout" else ""
    return Judgement(Verdict.FAILED, migrated.reason, advice=advice, detail=migrated.output)


def _obstacle(original: Execution | None) -> str:
    """Why the original gives nothing to compare with; empty if it does."""
    if original is None:
        return ""
    if original.missing:
        return f"the original needs the module `{original.missing}`, which --v1-python does not have"
    if original.status in ("timeout", "crashed", "no-inputs"):
        return f"the original can't be run: {original.reason}"
    if original.stage != "run" and original.raised is not None:
        return f"the original can't be run: {_told(original.raised)}"
    if original.stand_ins_used:
        return f"the original ran with stand-ins for {', '.join(original.stand_ins_used)}"
    if original.raised is not None and original.raised.name == "FlyteRecoverableException":
        return "the original asks to be retried, which flytekit does not do in local execution"
    if original.raised is not None and not original.raised.own:
        return f"flytekit's local execution itself fails: {_told(original.raised)}"
    return ""


def _alone(case: Case, migrated: Execution) -> Judgement:
    raised = migrated.raised
    if raised is None:
        return Judgement(Verdict.RAN, f"gave {shown(migrated.value)}")
    in_graph = raised.place is not None and (raised.place.file, raised.place.function) in case.graphs
    if case.chosen or in_graph or not raised.own or raised.name in _SYMPTOMS:
        advice = "If the original fails here too, --against flytekit shows it."
        return Judgement(Verdict.FAILED, f"raised {_told(raised)}", raised.place, advice, detail=raised.trace)
    where = f"the function {raised.place.function}" if raised.place else "it"
    why = f"with made inputs {where} raised {_told(raised)}, which may be right"
    return Judgement(Verdict.SKIPPED, why, raised.place, _GIVE_INPUTS.format(entry=case.entry), detail=raised.trace)


def _compared(case: Case, migrated: Execution, original: Execution) -> Judgement:
    if original.raised is None and migrated.raised is None:
        return _both_returned(migrated, original)
    if original.raised is not None and migrated.raised is not None:
        if original.raised.name == migrated.raised.name:
            return Judgement(Verdict.SAME, f"both raise {_told(migrated.raised)}")
        found = Difference("exception", _told(original.raised), _told(migrated.raised))
        return _differs("it raises another exception than the original", (found,), migrated.raised)
    if migrated.raised is not None:
        found = Difference("outcome", f"returns {shown(original.value)}", f"raises {_told(migrated.raised)}")
        return _differs("it fails and the original does not", (found,), migrated.raised)
    assert original.raised is not None
    found = Difference("outcome", f"raises {_told(original.raised)}", f"returns {shown(migrated.value)}")
    return _differs("the original fails and it does not", (found,), None)


def _differs(why: str, found: tuple[Difference, ...], raised: Raised | None) -> Judgement:
    place, detail = (raised.place, raised.trace) if raised else (None, "")
    return Judgement(Verdict.DIFFERS, why, place, differences=found, detail=detail)


def _both_returned(migrated: Execution, original: Execution) -> Judgement:
    values = differences(original.value, migrated.value)
    calls = call_differences(original.calls, _counted_before(migrated.calls, original.calls))
    if values:
        return Judgement(Verdict.DIFFERS, "it gives another result than the original", differences=(*values, *calls))
    if calls:
        why = "the result is the same, but tasks are called another number of times"
        return Judgement(Verdict.DIFFERS, why, differences=calls)
    opaque = sorted(opaque_types(migrated.value))
    notes = (f"compared by type only: {', '.join(opaque)}",) if opaque else ()
    count = sum(original.calls.values())
    return Judgement(Verdict.SAME, f"both gave {shown(migrated.value)} in {count} calls", notes=notes)


def _counted_before(migrated: Mapping[str, int], original: Mapping[str, int]) -> dict[str, int]:
    """The calls of functions that flytekit counts: one it never ran may be made by the migration."""
    return {name: count for name, count in migrated.items() if name in original}


def _told(raised: Raised | None) -> str:
    if raised is None:
        return "nothing"
    message = raised.message.strip()
    # flytekit puts the name of the task before the message.
    if message.startswith("Error encountered while") and "\n" in message:
        message = message.partition("\n")[2].strip()
    first = message.splitlines()[0] if message else ""
    return f"{raised.name}: {first[:200]}" if first else raised.name
