"""``CronSchedule``, ``FixedRate`` and ``OnSchedule`` → ``flyte.Cron`` and ``flyte.FixedRate`` (LP-05…12, TRAP-23).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/triggers/
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, code, parenthesized, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import (
    UNKNOWN,
    argument_comments,
    arguments,
    callee,
    commented_call,
    constant,
    follow,
    stays_v1,
)

CRON = "flytekit.CronSchedule"
FIXED_RATE = "flytekit.FixedRate"
ON_SCHEDULE = "flytekit.core.schedule.OnSchedule"
_CRON_ORDER = ("cron_expression", "schedule", "offset", "kickoff_time_input_arg")
_RATE_ORDER = ("duration", "kickoff_time_input_arg")
#: flytekit.core.schedule.CronSchedule._VALID_CRON_ALIASES, and croniter's own (LP-06).
_ALIASES = {
    "0 * * * *": ("hourly", "hours", "@hourly"),
    "0 0 * * *": ("daily", "days", "@daily", "@midnight"),
    "0 0 * * 0": ("weekly", "weeks", "@weekly"),
    "0 0 1 * *": ("monthly", "months", "@monthly"),
    "0 0 1 1 *": ("annually", "@annually", "yearly", "years", "@yearly"),
}
_OF_ALIAS = {alias: expression for expression, aliases in _ALIASES.items() for alias in aliases}


def five_fields(schedule: str) -> str | None:
    """A v1 cron string as the five fields that v2 documents; None where only a person can tell (LP-06, LP-07).

    AWS expressions lose ``?`` and an unrestricted year. Their numeric days of the week count from Sunday = 1, so those are
    not translated.
    """
    alias = _OF_ALIAS.get(schedule.strip().lower())
    if alias is not None:
        return alias
    fields = schedule.split()
    if len(fields) == 5 and "?" not in fields:
        return schedule
    if len(fields) not in (5, 6) or any(letter in field for field in (fields[2], fields[4]) for letter in "LW#"):
        return None
    if len(fields) == 6 and (fields[5] not in ("*", "?") or any(c.isdigit() for c in fields[4]) or "?" not in fields):
        return None
    return " ".join("*" if field == "?" else field for field in fields[:5])


def kickoff_argument(view: FileView, schedule: cst.BaseExpression | None) -> str | None:
    """The input that a schedule fills with the time it fired (LP-10), the schedule being followed through variables."""
    given = _given(view, schedule)
    value = constant(view, given["kickoff_time_input_arg"].value) if given and "kickoff_time_input_arg" in given else None
    return value if isinstance(value, str) and value else None


def _given(view: FileView, schedule: cst.BaseExpression | None) -> dict[str, cst.Arg] | None:
    behind = follow(view, schedule) if schedule is not None else None
    if not isinstance(behind, cst.Call):
        return None
    kind = callee(view, behind)
    if kind == ON_SCHEDULE:
        return _given(view, behind.args[0].value if behind.args else None)
    return arguments(behind, _CRON_ORDER if kind == CRON else _RATE_ORDER) if kind in (CRON, FIXED_RATE) else None


def is_schedule(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether an expression is a schedule that can be converted: a constructor call, here or behind a variable."""
    return _given(view, node) is not None


@on_symbol(CRON)
def convert_cron(view: FileView, reference: Reference) -> Iterator[Item]:
    """``CronSchedule(schedule="@daily")`` → ``flyte.Cron("0 0 * * *")``; the kickoff argument goes to the trigger."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain or stays_v1(view, node):
        return
    given = arguments(node, _CRON_ORDER)
    expression = (given.get("schedule") or given.get("cron_expression")) if given is not None else None
    if given is None or expression is None:
        yield Finding(node, "FM501", "The cron expression can't be told here; write flyte.Cron(<five fields>).")
        return
    text = constant(view, expression.value)
    translated = five_fields(text) if isinstance(text, str) else None
    if not isinstance(text, str):
        yield Finding(node, "FM501", f"{code(expression.value)} is known at run time only; it must have five fields, not an alias like @daily.")
    elif translated is None:
        yield Finding(node, "FM501", f"{text!r} is not a cron expression of five fields; write flyte.Cron(<five fields>).")
    if "offset" in given:
        yield Finding(node, "FM502", f"The offset {code(given['offset'].value)} was left out; shift the cron expression {text!r} by it.")
    keep = translated is None or translated == text
    comments = argument_comments(node)
    key = expression.keyword.value if expression.keyword is not None else str(node.args.index(expression))

    def build(updated: cst.Call) -> cst.BaseExpression:
        value = updated.args[list(node.args).index(expression)].value if keep else cst.SimpleString(f'"{translated}"')
        return commented_call(view.local_name("flyte:Cron"), [argument(value)], {"0": comments[key]} if key in comments else {})

    yield Replace(node, build)


@on_symbol(FIXED_RATE)
def convert_fixed_rate(view: FileView, reference: Reference) -> Iterator[Item]:
    """``FixedRate(duration=timedelta(hours=4))`` → ``flyte.FixedRate(interval_minutes=240)``."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain or stays_v1(view, node):
        return
    given = arguments(node, _RATE_ORDER)
    if given is None or "duration" not in given:
        yield Finding(node, "FM513", "The duration can't be told here; write flyte.FixedRate(interval_minutes=...).")
        return
    duration = given["duration"].value
    known = duration_of(view, duration)
    minutes = None if known is None else int(known.total_seconds()) // 60
    if known is not None and (known % timedelta(minutes=1) or not minutes):
        yield Finding(node, "FM513", f"{code(duration)} is not a whole number of minutes; choose interval_minutes.")
        return
    position = list(node.args).index(given["duration"])

    def build(updated: cst.Call) -> cst.BaseExpression:
        if minutes is None:
            value = parenthesized(updated.args[position].value)
            text = cst.parse_expression(f"int({code(value)}.total_seconds() // 60)")
        else:
            text = cst.Integer(str(minutes))
        return cst.Call(view.ref("flyte:FixedRate"), [argument(text, "interval_minutes")])

    yield Replace(node, build)


@on_symbol(ON_SCHEDULE)
def convert_on_schedule(view: FileView, reference: Reference) -> Iterator[Item]:
    """``OnSchedule(schedule)`` is the schedule itself (LP-12)."""
    node = view.parent(reference.chain)
    if isinstance(node, cst.Call) and node.func is reference.chain and len(node.args) == 1 and not node.args[0].star:
        yield Replace(node, lambda updated: updated.args[0].value)


def duration_of(view: FileView, node: cst.BaseExpression) -> timedelta | None:
    """The value of ``timedelta(...)`` with constant arguments (through variables), else None."""
    behind = follow(view, node)
    if not isinstance(behind, cst.Call) or callee_name(view, behind) != "datetime.timedelta":
        return None
    order = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
    given = arguments(behind, order)
    numbers = {name: _number(view, arg.value) for name, arg in (given or {}).items()}
    if given is None or any(value is UNKNOWN for value in numbers.values()):
        return None
    return timedelta(**numbers)


def callee_name(view: FileView, node: cst.Call) -> str:
    """The qualified name of what a call calls, in this file or spelled out from another."""
    return callee(view, node) or code(node.func)


def _number(view: FileView, node: cst.BaseExpression) -> object:
    """A constant number, simple arithmetic included (``60 * 24``)."""
    value = constant(view, node)
    if value is not UNKNOWN:
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else UNKNOWN
    tree = ast.parse(code(node).strip(), mode="eval")
    allowed = (ast.Expression, ast.BinOp, ast.Constant, ast.Mult, ast.Add, ast.Sub, ast.Div, ast.FloorDiv, ast.UnaryOp, ast.USub)
    if not all(isinstance(item, allowed) for item in ast.walk(tree)):
        return UNKNOWN
    try:
        result: object = eval(compile(tree, "<duration>", "eval"), {"__builtins__": {}})  # noqa: S307  numbers and operators only
    except (ArithmeticError, TypeError):
        return UNKNOWN
    return result if isinstance(result, (int, float)) else UNKNOWN


def plan_name(view: FileView, node: cst.BaseExpression | None) -> str | None:
    """A literal name, through variables; None if it is not constant."""
    value = string_value(node) or constant(view, node)
    return value if isinstance(value, str) else None
