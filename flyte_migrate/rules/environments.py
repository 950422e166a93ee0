"""``TaskEnvironment`` definitions: one for every environment that the project plan gives this module (DESIGN 3.1-3.3,
CFG-01…09).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from flyte_migrate.project.environments import Environment, Ref
from flyte_migrate.project.objects import KINDS
from flyte_migrate.rewrite.plan import Finding, Insert, Item, Rebuild
from flyte_migrate.rewrite.template import argument, only_lines
from flyte_migrate.rewrite.view import FileView, Statement, TaskDefinition
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import commented_call, listed, lost_comments
from flyte_migrate.rules.decorators import decorator_arguments, environment_comments
from flyte_migrate.rules.images import image_argument
from flyte_migrate.rules.objects import object_arguments
from flyte_migrate.rules.plugins import plugin_argument
from flyte_migrate.rules.resources import environment_variables_argument, resources_argument
from flyte_migrate.rules.secrets import secrets_argument


@on_file
def define_environments(view: FileView) -> Iterator[Item]:
    """Insert the module's environments before their first task, after the names their configuration reads."""
    environments = view.environments.by_module.get(view.facts.module, ())
    if not environments:
        return
    for cycle in view.environments.cycles:
        if any(module == view.facts.module for module, _ in cycle):
            names = ", ".join(f"{module}.{variable}" for module, variable in cycle)
            first = next(d for d in view.tasks if d.task.qualified in environments[0].members)
            yield Finding(
                first.node, "FM180", f"The environments {names} need each other, and depends_on must not be circular."
            )
    for environment in environments:
        if environment.merged:
            definition = _source(view, environment) or _definitions(view, environment)[0]
            yield Finding(
                definition.node,
                "FM186",
                f"{', '.join(d.task.name for d in _definitions(view, environment))} call each other, "
                f"so they share one environment with the configuration of {definition.task.name}.",
            )
    yield from _circular(view, environments)
    anchors = _anchors(view, environments)
    late = _late_dependencies(view, environments, anchors)
    by_anchor: dict[cst.CSTNode, list[Environment]] = {}
    for environment in _dependencies_first(environments):
        by_anchor.setdefault(anchors[environment.variable], []).append(environment)
    for anchor, group in by_anchor.items():
        assert isinstance(anchor, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
        for number, environment in enumerate(group):
            yield _insert(view, anchor, environment, late, first=not number, last=environment is group[-1])
    templates = {**_own_environments(view), **_templates(view)}
    for dependency, dependants in late.items():
        anchor = templates.get(dependency) or anchors[dependency]
        lines = [f"{name}.add_dependency({dependency})" for name in dependants]
        added = [cst.parse_statement(line) for line in lines]
        yield Insert(anchor, lambda rebuild, added=added: added, after=dependency in templates)  # type: ignore[misc]
    if view.facts.module in view.environments.undecided_images:
        driver = next(e for e in environments if e.variable == "env")
        definition = next(d for d in view.tasks if d.task.qualified in driver.members)
        yield Finding(
            definition.node,
            "FM181",
            "This workflow calls tasks of modules with different images; "
            "give its environment an image that can import them all.",
        )


def _circular(view: FileView, environments: Sequence[Environment]) -> Iterator[Item]:
    """Environments whose module imports this one, and which only the body of a function here imports."""
    for environment in environments:
        for module, variable in view.environments.circular.get((environment.module, environment.variable), ()):
            reached = {name for name, ref in view.environments.of_task.items() if ref == (module, variable)}
            callers = (
                d
                for d in _definitions(view, environment)
                if view.index.reached_tasks(environment.module, d.task.function.refers) & reached
            )
            for definition in callers:
                yield Finding(
                    definition.node,
                    "FM190",
                    f"{definition.task.name} calls tasks of {module}, which imports this module: add its {variable} to "
                    f"the dependencies where both can be imported ({environment.variable}.add_dependency).",
                )
                break


def _templates(view: FileView) -> dict[str, Statement]:
    """The environments that this file makes of single task objects, and the statement of each object."""
    made = {o.task.qualified: o.statement for o in view.objects}
    return {e.variable: made[q] for q, e in view.environments.templates.items() if q in made}


def _definitions(view: FileView, environment: Environment) -> list[TaskDefinition]:
    return [d for d in view.tasks if d.task.qualified in environment.members]


def _statements(view: FileView, environment: Environment) -> list[Statement]:
    """Where the members of an environment are defined."""
    objects = [o.statement for o in view.objects if o.task.qualified in environment.members]
    return [*(d.node for d in _definitions(view, environment)), *objects]


def _source(view: FileView, environment: Environment) -> TaskDefinition | None:
    return next((d for d in view.tasks if d.task.qualified == environment.source), None)


def _configuration(view: FileView, environment: Environment) -> dict[str, cst.Arg]:
    """The source decorator's arguments that belong to the environment, by keyword."""
    definition = _source(view, environment)
    keywords = {keyword for keyword, _ in environment.config}
    if definition is None:
        made = next((o for o in view.objects if o.task.qualified == environment.source), None)
        given = object_arguments(view, made) if made is not None else {}
    else:
        given = decorator_arguments(view, definition)
    return {k: a for k, a in given.items() if k in keywords}


def _anchors(view: FileView, environments: Sequence[Environment]) -> dict[str, Statement]:
    """The statement before which each environment is put: all before the module's first task, if their names are
    there."""
    order: dict[cst.CSTNode, int] = {statement: number for number, statement in enumerate(view.tree.body)}
    first: dict[str, Statement] = {}
    for environment in environments:
        if environment.scope:
            first[environment.variable] = _definitions(view, environment)[0].node
        else:
            members = [view.top_statement(statement) for statement in _statements(view, environment)]
            first[environment.variable] = min(members, key=order.__getitem__)
    module_level = [first[e.variable] for e in environments if not e.scope]
    if not module_level:
        return first
    earliest = min(module_level, key=order.__getitem__)
    for environment in environments:
        if environment.scope:
            continue
        if _bound_before(view, environment, order, order[earliest]):
            first[environment.variable] = earliest
    return first


def _bound_before(view: FileView, environment: Environment, order: dict[cst.CSTNode, int], position: int) -> bool:
    own = _own_environments(view)
    if any(order.get(own[v], 0) >= position for m, v in environment.depends_on if m == environment.module and v in own):
        return False
    for arg in _configuration(view, environment).values():
        for name in walk(arg.value):
            if not isinstance(name, cst.Name):
                continue
            for binding in view.bindings(name):
                if binding.node in view.parents and order.get(view.top_statement(binding.node), 0) >= position:
                    return False
    return True


def _own_environments(view: FileView) -> dict[str, Statement]:
    """The statements of the file itself that bind an environment (an actor's, or one that stood already)."""
    generated = {e.variable for e in view.environments.by_module.get(view.facts.module, ())}
    wanted = {v for e in view.environments.by_module.get(view.facts.module, ()) for _, v in e.depends_on} - generated
    return {
        name: view.top_statement(bindings[0].node)
        for name, bindings in view.module_scope.bindings.items()
        if name in wanted and bindings[0].kind == "assign"
    }


def _dependencies_first(environments: Sequence[Environment]) -> list[Environment]:
    by_variable = {e.variable: e for e in environments}
    ordered: list[Environment] = []

    def visit(environment: Environment, trail: tuple[str, ...]) -> None:
        if environment in ordered or environment.variable in trail:
            return
        for module, variable in environment.depends_on:
            if module == environment.module and variable in by_variable:
                visit(by_variable[variable], (*trail, environment.variable))
        ordered.append(environment)

    for environment in environments:
        visit(environment, ())
    return ordered


def _late_dependencies(
    view: FileView, environments: Sequence[Environment], anchors: dict[str, Statement]
) -> dict[str, list[str]]:
    """Environments of this module that are defined only after one that depends on them."""
    order: dict[cst.CSTNode, int] = {statement: number for number, statement in enumerate(view.tree.body)}
    late: dict[str, list[str]] = {}
    own = _own_environments(view)
    anchors = {**own, **anchors, **_templates(view)}
    cyclic = {ref for cycle in view.environments.cycles for ref in cycle}
    for environment in environments:
        for module, variable in environment.depends_on:
            if module != environment.module or variable not in anchors or (module, variable) in cyclic:
                continue
            distance = order.get(anchors[variable], 0) - order.get(anchors[environment.variable], 0)
            # An environment is put before its anchor, so a statement of the file that is the anchor comes after it.
            if distance > 0 or (distance == 0 and variable in own):
                late.setdefault(variable, []).append(environment.variable)
    return late


def _insert(
    view: FileView, anchor: Statement, environment: Environment, late: dict[str, list[str]], first: bool, last: bool
) -> Insert:
    blank = cst.EmptyLine(indent=False)
    touches = not anchor.leading_lines or anchor.leading_lines[0].comment is not None
    distance = 2 if isinstance(anchor, (cst.FunctionDef, cst.ClassDef)) else 1
    # An object that becomes a function brings its own blank lines.
    defined = any(made.statement is anchor and KINDS.get(made.task.factory) == "function" for made in view.objects)
    below = [only_lines([blank] * distance)] if last and touches and not environment.scope and not defined else []
    gap = [blank] if not first or _follows_import(view, anchor) else _leading_blanks(anchor) or [blank]

    def build(rebuild: Rebuild) -> list[cst.BaseStatement]:
        statement = _definition(view, environment, late, rebuild)
        return [statement.with_changes(leading_lines=[*gap, *statement.leading_lines]), *below]

    return Insert(anchor, build, carries=tuple(_configuration(view, environment).values()))


def _leading_blanks(anchor: Statement) -> list[cst.EmptyLine]:
    found: list[cst.EmptyLine] = []
    for line in anchor.leading_lines:
        if line.comment is not None:
            break
        found.append(line)
    return found


def _follows_import(view: FileView, anchor: Statement) -> bool:
    body = list(view.tree.body)
    if anchor not in body:
        return False
    position = body.index(anchor)
    previous = body[position - 1] if position else None
    if isinstance(previous, cst.Try):
        first = previous.body.body[0]
        return isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], (cst.Import, cst.ImportFrom))
    return isinstance(previous, cst.SimpleStatementLine) and isinstance(
        previous.body[0], (cst.Import, cst.ImportFrom, cst.Assign, cst.AnnAssign)
    )


def _image_of(view: FileView, environment: Ref) -> str:
    """The image of another environment: the variable that an actor of this file has for it, else its attribute."""
    module, variable = environment
    facts = view.index.modules[module]
    actor = next((v for v in facts.variables if v.name == variable), None)
    given = next((a for a in actor.arguments if a.keyword == "container_image"), None) if actor is not None else None
    if given is not None and module == view.facts.module and given.text.isidentifier():
        return given.text
    return f"{view.environment(module, variable)}.image"


def _definition(
    view: FileView, environment: Environment, late: dict[str, list[str]], rebuild: Rebuild
) -> cst.SimpleStatementLine:
    configuration = {k: a.with_changes(value=rebuild(a.value)) for k, a in _configuration(view, environment).items()}
    originals = _configuration(view, environment)
    args = [argument(f'"{environment.name}"', "name")]
    args += image_argument(view, configuration, originals)
    if environment.image_from is not None:
        args.append(argument(_image_of(view, environment.image_from), "image"))
    args += resources_argument(view, configuration, originals)
    args += environment_variables_argument(view, configuration, originals)
    args += secrets_argument(view, configuration, originals)
    args += plugin_argument(view, configuration, originals)
    depends = [
        view.environment(module, variable)
        for module, variable in environment.depends_on
        if environment.variable not in late.get(variable if module == environment.module else "", ())
        and ((module, variable) not in {r for c in view.environments.cycles for r in c} or module != environment.module)
    ]
    if depends:
        args.append(argument(listed(depends, room=88 - len("    depends_on=,"), indent="    "), "depends_on"))
    definition = _source(view, environment)
    comments = environment_comments(definition, configuration) if definition is not None else {}
    value = commented_call(
        view.local_name("flyte:TaskEnvironment"), args, comments, room=88 - len(environment.variable) - 3
    )
    statement = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(environment.variable))], value)])
    lost = lost_comments([a.value for a in originals.values()], [statement])
    return statement.with_changes(leading_lines=[cst.EmptyLine(comment=cst.Comment(text)) for text in lost])
