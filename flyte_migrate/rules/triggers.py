"""``flyte.Trigger(...)`` for a launch plan, and what it can't carry (LP-05…21, TRAP-24).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/triggers/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.rewrite.plan import Finding
from flyte_migrate.rewrite.template import argument, code
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules.artifacts import artifact_trigger, queried
from flyte_migrate.rules.configuration import (
    Comments,
    argument_comments,
    commented_call,
    literal,
    lost_comments,
)
from flyte_migrate.rules.notifications import as_tuple
from flyte_migrate.rules.plan_tasks import container_inputs, task_to_call
from flyte_migrate.rules.plans import PlanCall
from flyte_migrate.rules.schedules import is_schedule, kickoff_argument

#: Options without a place on a trigger (LP-20, LP-21).
_WITHOUT_TWIN = {
    "raw_output_data_config": "FM504",
    "security_context": "FM504",
    "auth_role": "FM504",
    "concurrency": "FM505",
}
#: Declared types of inputs that can't be the time at which a schedule fired.
_NO_TIMES = frozenset({"str", "int", "float", "bool", "date", "datetime.date"})


def trigger(
    view: FileView, plan: PlanCall, updated: cst.Call, room: int, with_inputs: bool = True, indent: str = ""
) -> cst.Call:
    """``flyte.Trigger(...)`` for the plan, whose call has been rewritten below; its own inputs only if asked for."""
    by_original = dict(zip(plan.node.args, updated.args, strict=True))
    value = {name: by_original[arg].value for name, arg in plan.given.items() if name not in plan.unpacked}
    value.update(plan.unpacked)
    args = [argument(value["name"], "name")]
    automation = value.get("schedule") or value.get("trigger")
    if automation is not None:
        args.append(argument(automation, "automation"))
    active = plan.given.get("auto_activate")
    args.append(argument(value["auto_activate"] if active is not None else cst.Name("False"), "auto_activate"))
    inputs = _trigger_inputs(view, plan, value if with_inputs else {})
    if inputs is not None:
        args.append(argument(inputs, "inputs"))
    if "overwrite_cache" in value and literal(value["overwrite_cache"]) is not False:
        args.append(argument(value["overwrite_cache"], "overwrite_cache"))
    if "max_parallelism" in value:
        args.append(argument(_actions(value["max_parallelism"]), "max_action_concurrency"))
    args += [argument(value[name], name) for name in ("labels", "annotations") if name in value]
    if "notifications" in value:
        args.append(argument(as_tuple(value["notifications"], single=False), "notifications"))
    comments = _trigger_comments(plan)
    call = commented_call(view.local_name("flyte:Trigger"), args, comments, room=room, indent=indent)
    left_out = [] if with_inputs else [plan.given[k] for k in ("default_inputs", "fixed_inputs") if k in plan.given]
    lost = lost_comments([plan.node], [call, *left_out])
    if lost:
        first = comments.get("name", Comments())
        comments["name"] = Comments((*lost, *first.above), first.behind)
        call = commented_call(view.local_name("flyte:Trigger"), args, comments, room=room, indent=indent)
    return call


def _trigger_comments(plan: PlanCall) -> dict[str, Comments]:
    """The comments at the plan's arguments, by the argument of the trigger that takes them."""
    renamed = {
        "schedule": "automation",
        "trigger": "automation",
        "default_inputs": "inputs",
        "max_parallelism": "max_action_concurrency",
    }
    found = argument_comments(plan.node)
    comments: dict[str, Comments] = {}
    for name, arg in plan.given.items():
        if name in plan.unpacked:
            continue
        key = arg.keyword.value if arg.keyword is not None else str(list(plan.node.args).index(arg))
        if key in found:
            comments[renamed.get(name, name)] = found[key]
    if "" in found:
        comments[""] = found[""]
    return comments


def _trigger_inputs(
    view: FileView, plan: PlanCall, value: Mapping[str, cst.BaseExpression]
) -> cst.BaseExpression | None:
    """The ``inputs`` of the trigger: the plan's own dictionary where there is but one, else a merged one (LP-04)."""
    sources = [value[name] for name in ("default_inputs", "fixed_inputs") if name in value]
    kickoff = kickoff_argument(view, _schedule(plan))
    elements: list[cst.BaseDictElement] = [
        cst.DictElement(cst.SimpleString(f'"{name}"'), cst.parse_expression(text))
        for name, text in _artifact_inputs(view, plan).items()
    ]
    if kickoff is not None:
        elements.append(cst.DictElement(cst.SimpleString(f'"{kickoff}"'), view.ref("flyte:TriggerTime")))
    if not sources and not elements:
        return None
    if len(sources) == 1 and not elements:
        return sources[0]
    for source in sources:
        if isinstance(source, cst.Dict):
            elements = [
                e for e in elements if _key(e) is None or _key(e) not in {_key(other) for other in source.elements}
            ]
            elements += [e.with_changes(comma=cst.MaybeSentinel.DEFAULT) for e in source.elements]
        else:
            elements.append(cst.StarredDictElement(source))
    return cst.Dict(elements)


def _artifact_inputs(view: FileView, plan: PlanCall) -> dict[str, str]:
    """The inputs that the artifact fills which fires the trigger, and the others that ``OnArtifact`` gives.

    An input whose default asks for that artifact's latest version is filled with the one that fires the trigger.
    """
    schedule = _schedule(plan)
    found = artifact_trigger(view, schedule)
    if found is None:
        return {}
    inputs = dict(found.inputs)
    given = {*inputs, *(plan.inputs or {})}
    parameters = [p for p in plan.task.function.parameters if p.name not in given]
    asking = [p.name for p in parameters if queried(view, plan.task, p) == found.watched]
    triggered = view.local_name("flyte:TriggeredArtifact")
    if len(asking) == 1 and triggered not in inputs.values():
        inputs[asking[0]] = triggered
    return inputs


def _key(element: cst.BaseDictElement) -> object:
    return literal(element.key) if isinstance(element, cst.DictElement) else None


def _schedule(plan: PlanCall) -> cst.BaseExpression | None:
    found = plan.given.get("schedule") or plan.given.get("trigger")
    return found.value if found is not None else None


def _actions(limit: cst.BaseExpression) -> cst.BaseExpression:
    """max_parallelism counted nodes; max_action_concurrency counts the parent, too; 0 is no limit in both (LP-17)."""
    known = literal(limit)
    if isinstance(known, int):
        return cst.Integer(str(known + 1 if known else 0))
    return cst.BinaryOperation(limit, cst.Add(), cst.Integer("1"))


def trigger_findings(view: FileView, plan: PlanCall) -> Iterator[Finding]:
    """What the trigger can't carry, and what Flyte 2 would accept without a word although it can't work."""
    name = plan.task.name
    given = plan.given
    for option, code_ in _WITHOUT_TWIN.items():
        if option in given:
            yield Finding(
                plan.place_of(option),
                code_,
                f"{option}={code(given[option].value)} has no place on a trigger and was left out.",
            )
    if "max_parallelism" in given:
        yield Finding(
            plan.place_of("max_parallelism"),
            "FM503",
            "max_parallelism counted nodes; max_action_concurrency counts actions, the parent included.",
        )
    schedule = _schedule(plan)
    on_artifact = _artifact_inputs(view, plan)
    convertible = schedule is not None and (is_schedule(view, schedule) or artifact_trigger(view, schedule) is not None)
    if "trigger" in given and schedule is not None and not convertible:
        yield Finding(
            plan.place_of("trigger"),
            "FM511",
            "This is not a schedule; write automation=flyte.OnArtifact(...) and inputs={...: flyte.TriggeredArtifact}.",
        )
    if plan.fixed:
        names = ", ".join(sorted(plan.fixed))
        yield Finding(
            plan.node,
            "FM500",
            f"The fixed inputs ({names}) are plain inputs of the trigger: a run started by hand can change them.",
        )
    kickoff = kickoff_argument(view, schedule)
    parameters = {p.name: p for p in plan.task.function.parameters}
    if kickoff in parameters and (parameters[kickoff].annotation or "") in _NO_TIMES:
        yield Finding(
            plan.node,
            "FM517",
            f"{kickoff} of {name} is declared as {parameters[kickoff].annotation}, but the time that a trigger fires "
            "is a datetime; declare it as such.",
        )
    filled = {*(plan.inputs or {}), *on_artifact, *([kickoff] if kickoff else [])}
    for unknown in sorted(filled - set(parameters)):
        yield Finding(
            plan.node, "FM510", f"{name} has no input {unknown}, so a trigger that sets it is refused at deployment."
        )
    if plan.inputs is not None and schedule is not None:
        required = [p for p in parameters.values() if p.default is None or queried(view, plan.task, p)]
        missing = [p.name for p in required if p.name not in filled]
        if missing:
            yield Finding(
                plan.node,
                "FM512",
                f"The trigger has no value for {', '.join(missing)} of {name}, so its runs fail; add it to inputs.",
            )
    containers = container_inputs(view, plan) if task_to_call(view, plan) is None else []
    if containers and (plan.inputs is not None or {"default_inputs", "fixed_inputs"} & set(given)):
        yield Finding(
            plan.node,
            "FM516",
            f"A trigger can't pass a list or dict ({', '.join(containers)}); put it on a small task that calls {name}.",
        )
