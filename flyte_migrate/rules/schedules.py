"""``CronSchedule``, ``FixedRate`` and ``OnSchedule`` → ``flyte.Cron`` and ``flyte.FixedRate`` (LP-05…12, TRAP-23).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/triggers/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, parenthesized, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import (
    argument_comments,
    arguments,
    callee,
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

    AWS expressions lose ``?`` and an unrestricted year. Their numeric days of the week count from Sunday = 1, so those
    are not translated.
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


def _written_fields(node: cst.BaseExpression) -> int:
    """How many fields an expression of cron has as written, values that are put into them apart; 0 if unknown."""
    if isinstance(node, cst.FormattedString):
        text = "".join(part.value if isinstance(part, cst.FormattedStringText) else "0" for part in node.parts)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "format":
        text = re.sub(r"\{[^{}]*\}", "0", string_value(node.func.value) or "")
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        text = re.sub(r"%[0-9]*[ds]", "0", string_value(node.left) or "")
    else:
        return 0
    return len(text.split()) if re.fullmatch(r"[0-9A-KM-VX-Za-z*/, -]*", text) else 0


def kickoff_argument(view: FileView, schedule: cst.BaseExpression | None) -> str | None:
    """The input that a schedule fills with the time it fired (LP-10), the schedule being followed through variables."""
    given = _given(view, schedule)
    value = (
        constant(view, given["kickoff_time_input_arg"].value) if given and "kickoff_time_input_arg" in given else None
    )
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
    if not isinstance(text, str) and _written_fields(expression.value) == 5:
        pass  # the values in its fields are those of Flyte 1
    elif not isinstance(text, str):
        yield Finding(
            node,
            "FM501",
            f"{code(expression.value)} is known at run time only; it must have five fields, not an alias like @daily.",
        )
    elif translated is None:
        yield Finding(
            node, "FM501", f"{text!r} is not a cron expression of five fields; write flyte.Cron(<five fields>)."
        )
    if "offset" in given:
        yield Finding(
            node,
            "FM502",
            f"The offset {code(given['offset'].value)} was left out; shift the cron expression"
            f" {code(expression.value)} by it.",
        )
    keep = translated is None or translated == text
    position = list(node.args).index(expression)

    def build(updated: cst.Call) -> cst.BaseExpression:
        value = updated.args[position].value if keep else cst.SimpleString(f'"{translated}"')
        return _with_one_argument(updated.with_changes(func=view.ref("flyte:Cron")), position, argument(value))

    yield Replace(node, build)


def _with_one_argument(node: cst.Call, position: int, arg: cst.Arg) -> cst.Call:
    """The call with one argument in the place of all: on one line, unless comments need the layout it has."""
    comments = argument_comments(node)
    if not comments:
        return call(node.func, [arg], room=70)
    old, last = node.args[position], node.args[-1]
    comma = old.comma if isinstance(old.comma, cst.Comma) else cst.Comma(whitespace_after=old.whitespace_after_arg)
    end = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    space = comma.whitespace_after
    if isinstance(space, cst.ParenthesizedWhitespace) and isinstance(end, cst.ParenthesizedWhitespace):
        comma = comma.with_changes(whitespace_after=end.with_changes(first_line=space.first_line, empty_lines=[]))
    return node.with_changes(args=[arg.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace(""))])


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


def is_known_rate(view: FileView, node: cst.Call) -> bool:
    """Whether a call is a FixedRate whose minutes are known, so that its duration is not read any more."""
    given = arguments(node, _RATE_ORDER) if callee(view, node) == FIXED_RATE else None
    return given is not None and "duration" in given and duration_of(view, given["duration"].value) is not None


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
    known = {name: value for name, value in numbers.items() if value is not None}
    return timedelta(**known) if given is not None and len(known) == len(numbers) else None


def callee_name(view: FileView, node: cst.Call) -> str:
    """The qualified name of what a call calls, in this file or spelled out from another."""
    return callee(view, node) or code(node.func)


def _number(view: FileView, node: cst.BaseExpression) -> float | None:
    """A constant number, products and sums included (``60 * 24``); None if it is not constant."""
    if isinstance(node, cst.BinaryOperation):
        left, right = _number(view, node.left), _number(view, node.right)
        if left is None or right is None:
            return None
        if isinstance(node.operator, cst.Multiply):
            return left * right
        return left + right if isinstance(node.operator, cst.Add) else None
    value = constant(view, node)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
