"""Strict mode for configuration: what constructors take silently and what fails, or misleads, once deployed."""

from __future__ import annotations

import re
from typing import Any

from . import _strict

_CRON_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    ("day of week", 0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)
_CRON_PART = re.compile(r"(?:\*|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>\d+))?")


def check_commands(commands: object) -> None:
    """Refuse commands given one by one: only the first is kept, the second is taken as a secret (MAPPING TRAP-10)."""
    if _strict.enabled() and isinstance(commands, str):
        _strict.fail(
            "image-commands",
            "with_commands got text: a second positional argument would be taken as a secret.",
            f"Give all commands as one list: `with_commands([{commands!r}, ...])`.",
        )


def check_python_version(version: object) -> None:
    """Refuse a Python version that is no pair of numbers: it gives a wrong tag (MAPPING TRAP-11)."""
    if not _strict.enabled() or version is None:
        return
    if not isinstance(version, tuple) or [type(part) for part in version] != [int, int]:
        _strict.fail(
            "image-python-version",
            f"python_version={version!r} is not a pair of numbers, and the image's tag is wrong.",
            "Write it as a tuple: `python_version=(3, 12)`.",
        )


def check_platform(platform: object) -> None:
    """Refuse a platform given as text where a tuple is meant (MAPPING IMG-14)."""
    if _strict.enabled() and isinstance(platform, str):
        _strict.fail(
            "image-platform",
            f"platform={platform!r} is text and is taken apart by character.",
            f"Write it as a tuple: `platform=({platform!r},)`.",
        )


def check_image_address(address: object) -> None:
    """Refuse a template of Flyte 1: it is used as the address as it stands (MAPPING CFG-03)."""
    if _strict.enabled() and isinstance(address, str) and "{{" in address:
        _strict.fail(
            "image-template",
            f"the image {address!r} is a template that nothing expands.",
            'Refer to an image of the configuration: `flyte.Image.from_ref_name("default")`.',
        )


def check_interval(minutes: object) -> None:
    """Refuse an interval that is no number of minutes: it fails when the trigger is deployed (MAPPING TRAP-23)."""
    if not _strict.enabled():
        return
    if type(minutes) is not int or minutes < 1:
        _strict.fail(
            "fixed-rate",
            f"FixedRate({minutes!r}) is not a whole number of minutes, and cannot be deployed.",
            "Give minutes: `flyte.FixedRate(60)` for every hour.",
        )


def check_cron(expression: object, timezone: object) -> None:
    """Refuse an expression that is not of five fields, and a timezone that does not exist (MAPPING DEP-05)."""
    if not _strict.enabled():
        return
    problem = _cron_problem(expression)
    if problem is not None:
        _strict.fail(
            "cron-expression",
            f"Cron({expression!r}): {problem}.",
            "Write minute, hour, day of month, month and day of week, e.g. `0 9 * * 1-5`.",
        )
    if not _is_timezone(timezone):
        _strict.fail(
            "cron-timezone",
            f"Cron(..., timezone={timezone!r}): there is no such timezone.",
            "Use a name of the tz database, e.g. `Europe/London`.",
        )


def _cron_problem(expression: object) -> str | None:
    fields = expression.split() if isinstance(expression, str) else []
    if len(fields) != len(_CRON_FIELDS):
        return f"it has {len(fields)} fields instead of {len(_CRON_FIELDS)}"
    for text, (name, low, high, names) in zip(fields, _CRON_FIELDS, strict=True):
        if not all(_is_cron_part(part, low, high, names) for part in text.split(",")):
            return f"{text!r} is no {name}"
    return None


def _is_cron_part(text: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    found = _CRON_PART.fullmatch(text)
    if found is None or found["step"] == "0":
        return False
    bounds = [_cron_number(found[end], names, low) for end in ("low", "high") if found[end] is not None]
    return all(bound is not None and low <= bound <= high for bound in bounds)


def _cron_number(text: str, names: tuple[str, ...], first: int) -> int | None:
    if text.isdigit():
        return int(text)
    return names.index(text.lower()) + first if text.lower() in names else None


def _is_timezone(timezone: Any) -> bool:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError):
        # Without a database no name is known, and nothing can be said.
        return not zoneinfo.available_timezones()
    return True


def check_triggers(task: Any, location: tuple[str, int]) -> None:
    """Refuse triggers whose inputs are not those of their task: nothing else checks names before a deployment, and
    nothing at all checks that inputs are missing or of the wrong type (MAPPING LP-10, LP-22)."""
    for trigger in task.triggers if _strict.enabled() else ():
        problem = _trigger_problem(trigger.inputs or {}, task.native_interface)
        if problem is not None:
            _strict.fail(
                "trigger-input",
                f"the trigger '{trigger.name}' of the task '{task.name}' {problem}.",
                f"Give it the inputs of the task: {', '.join(task.native_interface.inputs) or 'none'}.",
                location,
            )


def _trigger_problem(given: dict[str, Any], interface: Any) -> str | None:
    from ._trigger import TriggeredArtifact, TriggeredPartition, TriggerTime

    unknown = [name for name in given if name not in interface.inputs]
    if unknown:
        return f"has the input '{unknown[0]}', which the task has not"
    missing = [name for name in interface.required_inputs() if name not in given]
    if missing:
        return f"lacks the input '{missing[0]}', which the task needs"
    for name, value in given.items():
        annotation = interface.inputs[name][0]
        if value is TriggerTime or value is TriggeredArtifact or isinstance(value, TriggeredPartition):
            continue
        if not _fits(value, annotation):
            return f"gives the input '{name}' as {value!r}, which is no {getattr(annotation, '__name__', annotation)}"
    return None


def _fits(value: Any, annotation: Any) -> bool:
    from ._convert import to_wire

    if isinstance(value, (bool, int, float, str, bytes, list, dict, tuple, type(None))):
        try:
            to_wire(value, annotation)
        except (TypeError, ValueError):
            return False
    return True
