"""Which ``TaskEnvironment`` every task goes to: partition, drivers, names and ``depends_on``, over the whole project.

Tasks of a module with equal environment-level configuration share one environment. A former workflow needs nothing
but an image that can import its module, which in v1 every task image of that module could (DESIGN 3.1-3.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from flyte_migrate.mapping import table
from flyte_migrate.project.facts import Argument, ModuleFacts, Variable
from flyte_migrate.project.link import ACTOR, ProjectIndex, Task

#: v1 task arguments that live on the environment in v2 (CFG-02…09, CFG-19).
ENVIRONMENT_KEYWORDS = (
    "container_image",
    "requests",
    "limits",
    "resources",
    "accelerator",
    "shared_memory",
    "environment",
    "secret_requests",
    "task_config",
)

POD = "flytekitplugins.pod.Pod"

Config = tuple[tuple[str, str], ...]
Ref = tuple[str, str]  # module id, environment variable


@dataclass(frozen=True)
class Environment:
    """One environment to generate.

    ``config`` are its v1 arguments as (keyword, canonical text); ``source`` the task whose decorator spells them out.
    ``image_from`` names the environment whose image a driver without task images of its own takes. ``scope`` is the
    key of the function inside which it has to be defined, because its configuration reads that function's locals.
    """

    module: str
    variable: str
    name: str
    config: Config
    members: tuple[str, ...]
    source: str = ""
    image_from: Ref | None = None
    depends_on: tuple[Ref, ...] = ()
    scope: str = ""
    merged: bool = False  # with others that would have had less configuration, to break a cycle


@dataclass(frozen=True)
class EnvironmentPlan:
    """The environments of the project, and what could not be placed."""

    by_module: Mapping[str, tuple[Environment, ...]] = field(default_factory=dict)
    of_task: Mapping[str, Ref] = field(default_factory=dict)
    blocked: Mapping[str, str] = field(default_factory=dict)  # task → finding code: its decorator stays v1
    cycles: tuple[tuple[Ref, ...], ...] = ()  # environments that need each other and could not be merged
    undecided_images: frozenset[str] = frozenset()  # modules whose driver imports tasks with different images
    templates: Mapping[str, Environment] = field(default_factory=dict)  # task objects with an environment of their own
    circular: Mapping[Ref, tuple[Ref, ...]] = field(default_factory=dict)  # environments that can't be imported there


@dataclass
class _Group:
    module: str
    config: Config
    scope: str
    members: list[str] = field(default_factory=list)
    source: str = ""
    has_driver: bool = False
    image_from: Ref | None = None
    merged: bool = False


def plan_environments(index: ProjectIndex) -> EnvironmentPlan:
    """Assign every v1 task of the project to an environment."""
    blocked = {
        name: code for name, task in index.tasks.items() if task.role != "v2" and (code := _blocked(index, task))
    }
    groups: list[_Group] = []
    for module in index.modules:
        groups += _partition(index, module, blocked)
    groups, cycles = _merge_cycles(index, groups)
    group_of = {member: group for group in groups for member in group.members}
    variables = _variables(index, groups)
    actors = _actors(index)
    names = _names(index, groups, variables, actors.values())
    of_task: dict[str, Ref] = {m: variables[id(g)] for g in groups for m in g.members}
    for name, task in index.tasks.items():
        if task.role == "v2" or task.environment_variable:
            definition = index.definition(task.environment_variable, task.module)
            if definition is not None:
                of_task[name] = (definition.module.module, definition.name)
    templates = _templates(index, variables, names)
    of_task.update({name: (environment.module, environment.variable) for name, environment in templates.items()})
    undecided = _driver_images(index, groups, group_of, of_task, actors)
    by_module: dict[str, list[Environment]] = {}
    imports = _Imports(index)
    circular: dict[Ref, tuple[Ref, ...]] = {}
    for group in groups:
        module, variable = variables[id(group)]
        depends_on = _depends_on(index, group, of_task) - {variables[id(group)]}
        refused = tuple(sorted(ref for ref in depends_on if ref[0] != module and not imports.add(module, ref[0])))
        if refused:
            circular[variables[id(group)]] = refused
        environment = Environment(
            module=module,
            variable=variable,
            name=names[id(group)],
            config=group.config,
            members=tuple(group.members),
            source=group.source,
            image_from=group.image_from,
            depends_on=tuple(sorted(depends_on - {*refused}, key=_by_module(module))),
            scope=group.scope,
            merged=group.merged,
        )
        by_module.setdefault(module, []).append(environment)
    return EnvironmentPlan(
        {module: tuple(items) for module, items in by_module.items()},
        of_task,
        blocked,
        tuple(tuple(variables[id(g)] for g in cycle) for cycle in cycles),
        frozenset(undecided),
        templates,
        circular,
    )


class _Imports:
    """Which module imports which when it is loaded; imports inside functions don't count."""

    def __init__(self, index: ProjectIndex) -> None:
        self.index = index
        self.known: dict[str, set[str]] = {}

    def add(self, module: str, imported: str) -> bool:
        """Note that a module will import another one; False if that would make a circle."""
        if self._reaches(module, imported):
            return True
        if self._reaches(imported, module):
            return False
        self._of(module).add(imported)
        return True

    def _reaches(self, start: str, end: str) -> bool:
        seen: set[str] = set()
        stack = [start]
        while stack:
            module = stack.pop()
            if module == end:
                return True
            if module not in seen:
                seen.add(module)
                stack.extend(self._of(module))
        return False

    def _of(self, module: str) -> set[str]:
        if module not in self.known:
            facts = self.index.modules[module]
            loaded = [f for f in facts.imports if not f.scope and f.guard != "type_checking"]
            targets = [*(f.loaded or f.target for f in loaded), *facts.star_imports]
            owners = (self.index.module_of(t, module) or self._owner(t, module) for t in targets)
            self.known[module] = {owner for owner in owners if owner is not None}
        return self.known[module]

    def _owner(self, target: str, module: str) -> str | None:
        owner = target.rpartition(".")[0]
        return self.index.module_of(owner, module) if owner else None


def _templates(index: ProjectIndex, variables: Mapping[int, Ref], names: Mapping[int, str]) -> dict[str, Environment]:
    """An environment for every task object that is given one by ``TaskEnvironment.from_task`` (TSK-03)."""
    slugs = module_slugs(index.modules)
    taken = {*names.values(), *(e.name for facts in index.modules.values() for e in facts.environments)}
    used = {*variables.values()}
    found: dict[str, Environment] = {}
    for qualified, task in index.tasks.items():
        if task.role != "template":
            continue
        bound = {*index.modules[task.module].bound, *(v for module, v in used if module == task.module)}
        variable = free_name(f"{task.name}_env", bound, "_")
        name = free_name("-".join((slugs[task.module], slug(task.name))), taken, "-")
        used.add((task.module, variable))
        taken.add(name)
        found[qualified] = Environment(task.module, variable, name, (), (qualified,))
    return found


def free_name(wish: str, taken: Collection[str], separator: str) -> str:
    """The name, with a number behind it if it is taken."""
    name, number = wish, 2
    while name in taken:
        name, number = f"{wish}{separator}{number}", number + 1
    return name


def _by_module(module: str) -> Callable[[Ref], tuple[bool, Ref]]:
    """Sort key for references: those of the module itself first."""
    return lambda ref: (ref[0] != module, ref)


def _blocked(index: ProjectIndex, task: Task) -> str:
    """The code of the finding that keeps a task's decorator v1, empty if it converts."""
    if any(argument.keyword == "**" for argument in task.config):
        return "FM109"
    config = task.argument("task_config")
    if config is None:
        return ""
    called = _config_class(index, task, config)
    row = table().row(called) if called else None
    if row is None:
        return "" if not called.startswith(("flytekit", "union")) else "FM640"
    return row.code if row.kind == "manual" else ""


def _config_class(index: ProjectIndex, task: Task, config: Argument) -> str:
    """The canonical name of the class of a ``task_config``, through a variable; empty if it can't be told."""
    if config.call:
        return index.canonical(config.call, task.module)
    definition = index.definition(config.resolved, task.module) if config.resolved else None
    if definition is None or definition.variable is None:
        return ""
    return index.canonical(definition.variable.call, definition.module.module)


def _partition(index: ProjectIndex, module: str, blocked: Mapping[str, str]) -> list[_Group]:
    facts = index.modules[module]
    top_level = {v.name for v in facts.variables} | {f.name for f in facts.functions if not f.enclosing}
    top_level |= {i.local for i in facts.imports if not i.scope} | {c.name for c in facts.classes}
    groups: dict[tuple[Config, str], _Group] = {}
    keys = [*(f.key for f in facts.functions), *(v.name for v in facts.variables)]
    tasks = [index.tasks[q] for key in keys if (q := f"{module}.{key}") in index.tasks and q not in blocked]
    tasks = [t for t in tasks if t.role not in ("v2", "template") and not t.environment_variable]
    tasks = sorted(tasks, key=lambda t: t.function.line)
    workers = [t for t in tasks if t.role != "workflow"]
    for task in workers:
        present = [a for k in ENVIRONMENT_KEYWORDS if (a := task.argument(k)) is not None]
        # A Pod is the pod template of the task, not a plugin's configuration (PLG-18).
        present = [a for a in present if a.keyword != "task_config" or _config_class(index, task, a) != POD]
        local = {n for a in present for n in a.names if n in facts.bound and n not in top_level}
        config = tuple((a.keyword, a.text) for a in present)
        scope = task.function.enclosing if local else ""
        group = groups.setdefault((config, scope), _Group(module, config, scope, source=task.qualified))
        group.members.append(task.qualified)
        group.has_driver = group.has_driver or task.is_driver
    drivers = [t for t in tasks if t.role == "workflow"]
    if drivers:
        config = _driver_config([g for g in groups.values() if not g.scope])
        source = next((g.source for g in groups.values() if config and config[0] in g.config), "")
        group = groups.setdefault((config, ""), _Group(module, config, "", source=source))
        group.members += [t.qualified for t in drivers]
        group.has_driver = True
    order = {t.qualified: n for n, t in enumerate(tasks)}
    for group in groups.values():
        group.members.sort(key=order.__getitem__)
    return sorted(groups.values(), key=lambda g: order[g.members[0]])


def _driver_config(groups: list[_Group]) -> Config:
    """A driver takes the image that its module's tasks have: none if one of them does without, else the first."""
    images = [next((pair for pair in g.config if pair[0] == "container_image"), None) for g in groups]
    if not images or any(image is None for image in images):
        return ()
    assert images[0] is not None
    return (images[0],)


# -- depends_on -------------------------------------------------------------------------------------------------------


def _depends_on(index: ProjectIndex, group: _Group, of_task: Mapping[str, Ref]) -> set[Ref]:
    reached: set[str] = set()
    for member in group.members:
        reached |= index.reached_tasks(group.module, index.tasks[member].function.refers)
        handler = index.tasks[member].argument("on_failure")
        if handler is not None and handler.resolved:
            reached |= index.reached_tasks(group.module, [handler.resolved])
    return {of_task[name] for name in reached if name in of_task}


def _merge_cycles(index: ProjectIndex, groups: list[_Group]) -> tuple[list[_Group], list[list[_Group]]]:
    """Merge groups on a cycle where one of them carries all the configuration; return the rest as cycles."""
    group_of = {member: group for group in groups for member in group.members}
    edges: dict[int, list[_Group]] = {}
    for group in groups:
        reached: set[str] = set()
        for member in group.members:
            reached |= index.reached_tasks(group.module, index.tasks[member].function.refers)
        targets = {id(group_of[name]): group_of[name] for name in reached if name in group_of}
        targets.pop(id(group), None)
        edges[id(group)] = list(targets.values())
    dropped: set[int] = set()
    cycles: list[list[_Group]] = []
    for component in _components(groups, edges):
        if len(component) < 2:
            continue
        component.sort(key=groups.index)
        heaviest = max(component, key=lambda g: len(g.config))
        mergeable = len({g.module for g in component}) == 1 and all(
            set(g.config) <= set(heaviest.config) for g in component
        )
        if not mergeable:
            cycles.append(component)
            continue
        for group in component:
            if group is not heaviest:
                heaviest.members += group.members
                heaviest.merged = True
                heaviest.has_driver = heaviest.has_driver or group.has_driver
                dropped.add(id(group))
        heaviest.members.sort(key=lambda m: index.tasks[m].function.line)
    return [g for g in groups if id(g) not in dropped], cycles


def _components(groups: list[_Group], edges: Mapping[int, list[_Group]]) -> list[list[_Group]]:
    """Strongly connected components (Tarjan, iterative)."""
    numbers: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[_Group] = []
    on_stack: set[int] = set()
    found: list[list[_Group]] = []
    for root in groups:
        if id(root) in numbers:
            continue
        work = [(root, iter(edges[id(root)]))]
        numbers[id(root)] = low[id(root)] = len(numbers)
        stack.append(root)
        on_stack.add(id(root))
        while work:
            group, targets = work[-1]
            for target in targets:
                if id(target) not in numbers:
                    numbers[id(target)] = low[id(target)] = len(numbers)
                    stack.append(target)
                    on_stack.add(id(target))
                    work.append((target, iter(edges[id(target)])))
                    break
                if id(target) in on_stack:
                    low[id(group)] = min(low[id(group)], numbers[id(target)])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[id(parent)] = min(low[id(parent)], low[id(group)])
                if low[id(group)] == numbers[id(group)]:
                    component: list[_Group] = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(id(member))
                        component.append(member)
                        if member is group:
                            break
                    found.append(component)
    return found


# -- images of drivers without tasks ----------------------------------------------------------------------------------


def _driver_images(
    index: ProjectIndex,
    groups: list[_Group],
    group_of: Mapping[str, _Group],
    of_task: Mapping[str, Ref],
    actors: Mapping[Ref, Variable],
) -> set[str]:
    """Give a driver whose module has no tasks the image of its module's actors, else that of the modules that it
    imports its tasks from.
    """
    undecided: set[str] = set()
    images_of_actors = {ref: _image_text(variable.arguments) for ref, variable in actors.items()}
    for group in groups:
        tasks = [index.tasks[m] for m in group.members]
        if group.config or any(t.role != "workflow" for t in tasks):
            continue
        if any(g.module == group.module and g is not group for g in groups):
            continue
        own = [of_task[q] for q, t in index.tasks.items() if t.module == group.module and of_task.get(q) in actors]
        if own:
            first = min(t.function.line for t in tasks)
            known = all(images_of_actors[ref] for ref in own)
            if known and (own[0][0] != group.module or actors[own[0]].line < first):
                group.image_from = own[0]
            continue
        images: dict[tuple[str, str], Ref] = {}
        for name in sorted(set().union(*(index.reached_tasks(group.module, t.function.refers) for t in tasks))):
            other = group_of.get(name)
            ref = of_task.get(name)
            if ref is None or ref[0] == group.module or (other is None and ref not in actors):
                continue
            image = images_of_actors[ref] if other is None else dict(other.config).get("container_image", "")
            images.setdefault((ref[0] if image else "", image), ref)
        if len(images) == 1:
            ((_, image), ref) = next(iter(images.items()))
            if image:
                group.image_from = ref
        elif len(images) > 1:
            undecided.add(group.module)
    return undecided


def _actors(index: ProjectIndex) -> dict[Ref, Variable]:
    """The v1 actors of the project, which become environments in their place."""
    return {
        (module, variable.name): variable
        for module, facts in index.modules.items()
        for variable in facts.variables
        if variable.call and index.canonical(variable.call, module) == ACTOR
    }


def _image_text(arguments: Iterable[Argument]) -> str:
    return next((a.text for a in arguments if a.keyword == "container_image" and a.text != "None"), "")


# -- names ------------------------------------------------------------------------------------------------------------


def _variables(index: ProjectIndex, groups: list[_Group]) -> dict[int, Ref]:
    """A free variable for every group: ``env`` for the driver's (or the only, or the plain) one."""
    found: dict[int, Ref] = {}
    by_module: dict[str, list[_Group]] = {}
    for group in groups:
        by_module.setdefault(group.module, []).append(group)
    for module, items in by_module.items():
        taken = set(index.modules[module].bound)
        main = _main_group(items)
        for group in sorted(items, key=lambda g: g is not main):
            wishes = ["env"] if group is main else []
            wishes += [f"{word}_env" for word in _distinction(index, group, main if group is not main else None)]
            variable = next((w for w in wishes if w not in taken), "")
            number = 2
            while not variable:
                candidate = f"{wishes[-1]}_{number}"
                variable, number = ("" if candidate in taken else candidate), number + 1
            taken.add(variable)
            found[id(group)] = (module, variable)
    return found


def _main_group(groups: list[_Group]) -> _Group:
    """The group whose environment is plainly ``env``: the driver's, else the plain one, else the first."""
    module_level = [group for group in groups if not group.scope] or groups
    driver = next((group for group in module_level if group.has_driver), None)
    plain = next((group for group in module_level if not group.config), None)
    return driver or plain or module_level[0]


def _distinction(index: ProjectIndex, group: _Group, main: _Group | None) -> list[str]:
    """Words that say what sets an environment apart, best first: plugin, accelerator, image, else its first task."""
    config = dict(group.config)
    other = dict(main.config) if main is not None else {}
    words: list[str] = []
    plugin = re.match(r"[\w.]*?(\w+)\(", config.get("task_config", ""))
    if plugin and config.get("task_config") != other.get("task_config"):
        words.append(_snake(re.sub(r"(Config|JobConfig|Job)$", "", plugin[1])))
    needs_gpu = any(
        "gpu=" in text.replace(" ", "") for key, text in group.config if key in ("requests", "limits", "resources")
    )
    if "accelerator" in config or needs_gpu:
        words.append("gpu")
    image = config.get("container_image", "")
    if image != other.get("container_image", "") and image.isidentifier():
        # A variable that is called just `image` says nothing.
        words.append(re.sub(r"_?(image_?spec|image|img|spec)_?", "", _snake(image)).strip("_"))
    words.append(_snake(index.tasks[group.members[0]].name))
    return [word for word in words if word.isidentifier()] or ["task"]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")


def _names(
    index: ProjectIndex, groups: list[_Group], variables: Mapping[int, Ref], actors: Iterable[Variable]
) -> dict[int, str]:
    """Environment names, unique over the project: the shortest unique tail of the module path, plus the distinction."""
    slugs = module_slugs(index.modules)
    taken: dict[str, str] = {}
    for module, facts in index.modules.items():
        for environment in facts.environments:
            taken[environment.name] = module
    for actor in actors:
        given = [*(a for a in actor.arguments if a.keyword == "name"), *actor.positional][:1]
        taken.update((slug(a.text.strip("'\"")), "") for a in given)
    found: dict[int, str] = {}
    for group in groups:
        module, variable = variables[id(group)]
        suffix = "" if variable == "env" else slug(variable.removesuffix("_env"))
        base = "-".join(filter(None, (slugs[module], suffix)))
        name, number = base, 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        taken[name] = module
        found[id(group)] = name
    return found


def slug(text: str) -> str:
    """Text as an environment name: ``^[a-z0-9]+([_-][a-z0-9]+)*$`` (MAPPING 2.7)."""
    return re.sub(r"[^a-z0-9]+", "-", _snake(text)).strip("-") or "main"


def module_slugs(modules: Iterable[str] | Mapping[str, ModuleFacts]) -> dict[str, str]:
    """A short name for every module: its last path component, with as many parents as make it unique."""
    tails: dict[str, list[str]] = {}
    for module in modules:
        parts = [part for part in module.split(".") if part and part != "__init__"]
        tails[module] = parts or ["main"]
    lengths = dict.fromkeys(tails, 1)
    while True:
        seen: dict[str, list[str]] = {}
        for module, parts in tails.items():
            seen.setdefault(slug("-".join(parts[-lengths[module] :])), []).append(module)
        clashes = [m for same in seen.values() if len(same) > 1 for m in same if lengths[m] < len(tails[m])]
        if not clashes:
            break
        for module in clashes:
            lengths[module] += 1
    found: dict[str, str] = {}
    used: set[str] = set()
    for module, parts in sorted(tails.items()):
        base = slug("-".join(parts[-lengths[module] :]))
        name, number = base, 2
        while name in used:
            name, number = f"{base}-{number}", number + 1
        used.add(name)
        found[module] = name
    return found
