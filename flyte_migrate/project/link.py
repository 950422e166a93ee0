"""Facts of all modules → one immutable :class:`ProjectIndex` that answers questions across modules."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

from flyte_migrate.mapping import V1_ROOTS, table
from flyte_migrate.project.facts import (
    Argument,
    Class,
    Decorator,
    Field,
    Function,
    ImperativeWorkflow,
    Maker,
    ModuleFacts,
    Variable,
)
from flyte_migrate.project.index import index_module, star_exports
from flyte_migrate.project.objects import KINDS, NOTEBOOK, Source, interface_of

Role = Literal["task", "dynamic", "workflow", "eager", "v2", "template"]

#: Canonical v1 decorator → role (IMP-01…03).
ROLES: Mapping[str, Role] = {
    "flytekit.task": "task",
    "flytekit.dynamic": "dynamic",
    "flytekit.workflow": "workflow",
    "flytekit.eager": "eager",
}
#: The v1 environment whose tasks run in reused containers (IMP-91).
ACTOR = "union.ActorEnvironment"
ARTIFACT = "flytekit.Artifact"
#: Former workflows and the like: bodies that call tasks.
DRIVER_ROLES = frozenset({"workflow", "dynamic", "eager"})
IMPERATIVE = "flytekit.Workflow"
_BUILTIN_TYPES = frozenset({"int", "float", "str", "bool", "bytes"})
PLAN_FACTORIES = frozenset(
    {
        "flytekit.LaunchPlan.create",
        "flytekit.LaunchPlan.get_or_create",
        "flytekit.LaunchPlan.get_default_launch_plan",
    }
)


@dataclass(frozen=True)
class Outputs:
    """What a task returns: nothing, one value, or several (``fields`` with names ``o0…`` unless ``named``)."""

    fields: tuple[Field, ...] = ()
    named: str = ""  # local text of the NamedTuple class, if the return annotation is one
    is_tuple: bool = False

    @property
    def count(self) -> int:
        return len(self.fields)

    def position(self, name: str) -> int | None:
        """The index of an output by its v1 name (``o0`` or the NamedTuple's field)."""
        for index, item in enumerate(self.fields):
            if item.name == name or name == f"o{index}":
                return index
        return None


@dataclass(frozen=True)
class Task:
    """A function that is a task in v2: a former task, workflow, dynamic or eager one, or one already written for v2.

    Or a task object (``factory`` is its v1 class): then ``function`` is what its interface amounts to, under its
    variable's name, and role ``template`` says that it stays an object with an environment of its own.
    """

    module: str  # module id
    function: Function
    role: Role
    config: tuple[Argument, ...]
    outputs: Outputs
    decorator: int  # index of its Flyte decorator among the function's decorators; -1 for `name = task(function)`
    environment_variable: str = ""  # for role v2: the qualified environment
    factory: str = ""

    @property
    def name(self) -> str:
        return self.function.name

    @property
    def qualified(self) -> str:
        return f"{self.module}.{self.function.key}"

    @property
    def wraps_another(self) -> bool:
        """Whether the function has the signature and the name of another one, by ``functools.wraps``."""
        return any(d.name == "functools.wraps" for d in self.function.decorators)

    @property
    def is_driver(self) -> bool:
        return self.role in DRIVER_ROLES

    def argument(self, keyword: str) -> Argument | None:
        """The decorator argument of that keyword, None if it is absent or literally None."""
        for argument in self.config:
            if argument.keyword == keyword and argument.text != "None":
                return argument
        return None


@dataclass(frozen=True)
class Plan:
    """A launch plan bound to a module-level variable (or an expression statement, then ``variable`` is empty)."""

    module: str
    variable: Variable
    factory: str
    workflow: str  # qualified name of the workflow, as far as it resolves


@dataclass(frozen=True)
class Mention:
    """A resolved name that a function, or a module-level variable, of a module mentions."""

    name: str
    module: str
    in_function: bool


@dataclass(frozen=True)
class Definition:
    """A module-level name resolved to where it is defined; exactly one of the last four is set, or none for a bare
    module."""

    module: ModuleFacts
    name: str
    function: Function | None = None
    variable: Variable | None = None
    cls: Class | None = None


@dataclass(frozen=True)
class ProjectIndex:
    """Read-only knowledge of the whole project. Modules are keyed by id: the dotted path from the project root."""

    modules: Mapping[str, ModuleFacts]
    suffixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    #: Modules that stay as they are, whatever becomes of the others.
    untouched: frozenset[str] = frozenset()
    #: Packages of the project that have the name of a v1 one.
    own_packages: frozenset[str] = frozenset()
    # Answers given before: names are asked for again and again, and nothing here changes.
    _imported: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False, compare=False)
    _defined: dict[tuple[str, str], Definition | None] = field(default_factory=dict, repr=False, compare=False)
    _canonical: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)
    _meant: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)
    _stars: dict[str, dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    # -- names ---------------------------------------------------------------------------------------------------

    @cached_property
    def module_words(self) -> frozenset[str]:
        """Every component of the ids of the project's modules."""
        return frozenset(word for suffix in (*self.modules, *self.suffixes) for word in suffix.split("."))

    def module_of(self, dotted: str, importer: str = "") -> str | None:
        """The module id that ``import <dotted>`` written in ``importer`` would load, None for third-party modules."""
        if dotted in self.modules:
            return dotted
        key = (dotted, importer)
        if key not in self._imported:
            self._imported[key] = self._module_of(dotted, importer)
        return self._imported[key]

    def _module_of(self, dotted: str, importer: str) -> str | None:
        candidates = self.suffixes.get(dotted, ()) or self._placed(dotted)
        if not candidates:
            return None
        parts = importer.split(".")

        def closeness(module: str) -> tuple[int, int]:
            shared = 0
            for left, right in zip(parts, module.split("."), strict=False):
                if left != right:
                    break
                shared += 1
            return shared, -len(module)

        return max(candidates, key=closeness)

    def _placed(self, dotted: str) -> tuple[str, ...]:
        """The module in the folders that a dotted name spells, where the outermost of them are no packages."""
        parts = dotted.split(".")
        place = "/".join(parts)
        for start in range(1, len(parts)):
            name = ".".join(parts[start:])
            known = (name,) if name in self.modules else self.suffixes.get(name, ())
            stems = {
                m: self.modules[m].path.replace("\\", "/").removesuffix(".py").removesuffix("/__init__") for m in known
            }
            found = tuple(m for m, stem in stems.items() if f"/{stem}".endswith(f"/{place}"))
            if found:
                return found
        return ()

    def definition(self, qualified: str, importer: str = "", depth: int = 0) -> Definition | None:
        """Where a qualified name is defined, through re-exports and star imports; None outside the project."""
        key = (qualified, importer)
        if key not in self._defined:
            self._defined[key] = self._definition(qualified, importer, depth)
        return self._defined[key]

    def _definition(self, qualified: str, importer: str, depth: int) -> Definition | None:
        if depth > 20:
            return None
        parts = qualified.split(".")
        for length in range(len(parts), 0, -1):
            module = self.module_of(".".join(parts[:length]), importer)
            if module is None:
                continue
            rest = parts[length:]
            if not rest:
                return Definition(self.modules[module], "")
            found = self._member(module, rest, depth)
            if found is not None:
                return found
        return None

    def _member(self, module: str, path: list[str], depth: int) -> Definition | None:
        facts = self.modules[module]
        name = path[0]
        table_ = self._members[module]
        if len(path) == 1 and name in table_:
            return table_[name]
        dotted = ".".join(path)
        if dotted in table_:
            return table_[dotted]
        for fact in facts.imports:
            if fact.local == name and not fact.scope:
                found = self.definition(".".join([fact.target, *path[1:]]), module, depth + 1)
                if found is not None:
                    return found
        behind = self.starred(module).get(name) if facts.star_imports else None
        return self.definition(".".join([behind, *path[1:]]), module, depth + 1) if behind else None

    def original(self, qualified: str, importer: str = "") -> Definition | None:
        """The definition of a name, or of what it is another name for (``sq = square`` at the top level)."""
        definition = self.definition(qualified, importer)
        for _ in range(5):
            variable = definition.variable if definition is not None else None
            if definition is None or variable is None or variable.rebound or len(variable.refers) != 1:
                break
            if not all(part.isidentifier() for part in variable.text.split(".")):
                break
            target = self.definition(variable.refers[0], definition.module.module)
            if target is None or (target.name != variable.text.rpartition(".")[2] and target.function is None):
                break
            definition = target
        return definition

    @cached_property
    def _members(self) -> dict[str, dict[str, Definition]]:
        members: dict[str, dict[str, Definition]] = {}
        for module, facts in self.modules.items():
            names = members[module] = {}
            for variable in facts.variables:
                names[variable.name] = Definition(facts, variable.name, variable=variable)
            for cls in facts.classes:
                names[cls.name] = Definition(facts, cls.name, cls=cls)
                names.update({c.name: Definition(facts, c.name, variable=c) for c in cls.constants})
            for function in facts.functions:
                names[function.key] = Definition(facts, function.name, function=function)
                if not function.enclosing:
                    names[function.name] = names[function.key]
        return members

    def canonical(self, qualified: str, importer: str = "", depth: int = 0) -> str:
        """The canonical v1 name behind a name, through project modules that re-export flytekit; else the name
        itself."""
        key = (qualified, importer)
        if key not in self._canonical:
            self._canonical[key] = self._canonical_name(qualified, importer, depth)
        return self._canonical[key]

    def _canonical_name(self, qualified: str, importer: str, depth: int) -> str:
        if depth > 20:
            return qualified
        parts = qualified.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = self.module_of(".".join(parts[:length]), importer)
            if module is None:
                continue
            behind = self._behind(module, parts[length])
            if behind:
                return self.canonical(".".join([behind, *parts[length + 1 :]]), module, depth + 1)
            break
        return canonical_name(qualified)

    def _behind(self, module: str, name: str) -> str:
        """What a module's own name is but another name for: of an import, an alias, or a star import; else empty."""
        for fact in self.modules[module].imports:
            if fact.local == name and not fact.scope:
                return fact.target
        own = self._members[module].get(name)
        if own is not None:
            return own.variable.alias if own.variable is not None and not own.variable.rebound else ""
        return self.starred(module).get(name, "")

    def starred(self, module: str) -> Mapping[str, str]:
        """The names that a module gets from star imports, and the qualified name of each."""
        known = self._stars.get(module)
        if known is None:
            known = self._stars[module] = {}  # two modules may import everything of each other
            for star in self.modules[module].star_imports:
                source = self.module_of(star, module)
                if source is not None and source != module:
                    known.update((name, f"{source}.{name}") for name in self.offered(source))
                elif star.split(".")[0] in V1_ROOTS:
                    known.update((name, f"{star}.{name}") for name in star_exports(star))
        return known

    def offered(self, module: str) -> frozenset[str]:
        """The names that ``from <module> import *`` binds."""
        facts = self.modules[module]
        if facts.string_all:
            return frozenset(facts.string_all)
        own = {name for name in self._members[module] if "." not in name and "#" not in name}
        names = {*own, *(i.local for i in facts.imports if not i.scope), *self.starred(module)}
        return frozenset(name for name in names if not name.startswith("_"))

    def handed_on(self, module: str) -> dict[str, str]:
        """What the module's top level gets from others of the project without its text saying what it is: all that
        star imports bring, and names that are v1's, by the name (``module.name`` of an imported one) that it reads."""
        found: dict[str, str] = {}
        for name, qualified in self.starred(module).items():
            if qualified.split(".")[0] not in V1_ROOTS:
                behind = self.canonical(qualified, module)
                found[name] = behind if behind.split(".")[0] in V1_ROOTS else qualified
        for fact in self.modules[module].imports:
            if not fact.scope and fact.target.split(".")[0] not in V1_ROOTS:
                behind = self.canonical(fact.target, module)
                if behind.split(".")[0] in V1_ROOTS:
                    found[fact.local] = behind
                elif (imported := self.module_of(fact.target, module)) is not None:
                    found.update(self._reachable(imported, fact.local, below=fact.is_module))
        return found

    def _reachable(self, module: str, local: str, below: bool) -> Iterator[tuple[str, str]]:
        for name, behind in self.v1_names.get(module, {}).items():
            yield f"{local}.{name}", behind
        for other, names in self.v1_names.items() if below else ():
            if other.startswith(f"{module}."):
                path = other[len(module) :]
                yield from ((f"{local}{path}.{name}", behind) for name, behind in names.items())

    @cached_property
    def v1_names(self) -> dict[str, dict[str, str]]:
        """The v1 names that modules have at their top level, by module and name."""
        found: dict[str, dict[str, str]] = {}
        for module, facts in self.modules.items():
            names = {i.local for i in facts.imports if not i.scope} | {v.name for v in facts.variables if v.alias}
            for name in {*names, *self.starred(module)}:
                behind = self.canonical(f"{module}.{name}", module)
                if behind.split(".")[0] in V1_ROOTS:
                    found.setdefault(module, {})[name] = behind
        return found

    def local(self, module: str, text: str) -> str:
        """The qualified name that dotted source text means at the top level of a module."""
        head, _, tail = text.partition(".")
        facts = self.modules[module]
        for fact in facts.imports:
            if fact.local == head and not fact.scope:
                return f"{fact.target}.{tail}" if tail else fact.target
        # The outputs of task objects are named absolutely.
        return text if tail and head not in facts.bound else f"{module}.{text}"

    def meant(self, module: str, text: str) -> str:
        """The canonical name that dotted source text means at the top level of a module."""
        key = (module, text)
        if key not in self._meant:
            self._meant[key] = self.canonical(self.local(module, text), module)
        return self._meant[key]

    # -- entities ------------------------------------------------------------------------------------------------

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """All tasks by ``<module id>.<function key>``."""
        found: dict[str, Task] = {}
        for module, facts in self.modules.items():
            for function in facts.functions:
                task = self._task(module, function)
                if task is not None:
                    found[task.qualified] = task
            for variable in facts.variables:
                applied = self._applied_task(module, variable) or self._object_task(module, variable)
                if applied is not None:
                    found.setdefault(applied.qualified, applied)
        for module, facts in self.modules.items():
            for workflow in facts.imperative:
                made = self._imperative_task(module, workflow, found)
                if made is not None:
                    found.setdefault(made.qualified, made)
        return found

    def _imperative_task(self, module: str, workflow: ImperativeWorkflow, known: Mapping[str, Task]) -> Task | None:
        """The task that an imperative workflow amounts to, if all that it adds are tasks of the project (WF-20)."""
        variable = next(v for v in self.modules[module].variables if v.name == workflow.variable)
        if variable.rebound or self.canonical(variable.call, module) != IMPERATIVE:
            return None
        added: dict[str, Task] = {}
        for item in workflow.tasks:
            definition = self.definition(item.entity, module)
            key = (
                definition.function.key if definition and definition.function else definition.name if definition else ""
            )
            task = known.get(f"{definition.module.module}.{key}") if definition is not None else None
            if task is None:
                return None
            added[item.node] = task
        inputs = {p.name: p.annotation for p in workflow.inputs}
        fields: list[Field] = []
        for output in workflow.outputs:
            source = added.get(output.node) if output.node else None
            position = source.outputs.position(output.output) if source is not None else None
            if output.node and position is None:
                return None
            text = output.annotation or inputs.get(output.output) or ""
            if not text and source is not None and position is not None:
                text = source.outputs.fields[position].annotation
                if source.module != module and text not in _BUILTIN_TYPES:
                    return None
            fields.append(Field(output.name, text))
        returns = [f.annotation for f in fields]
        text_ = f"tuple[{', '.join(returns)}]" if len(returns) > 1 else returns[0] if returns else None
        refers = tuple(item.entity for item in workflow.tasks)
        function = Function(variable.name, variable.name, variable.line, workflow.inputs, text_, refers=refers)
        several = len(fields) > 1
        outputs = Outputs(tuple(fields), named=variable.name if several else "", is_tuple=several)
        return Task(module, function, "workflow", (), outputs, -1, factory=IMPERATIVE)

    def _applied_task(self, module: str, variable: Variable) -> Task | None:
        """The task in ``name = task(function)``: that function, if it stands in this module and is used for nothing
        else."""
        if variable.applies is None or not variable.positional or not variable.positional[0].resolved:
            return None
        role, config = self._role(module, variable.applies)
        definition = self.definition(variable.positional[0].resolved, module) if role in ROLES.values() else None
        if role is None or definition is None or definition.function is None or definition.module.module != module:
            return None
        function, facts = definition.function, definition.module
        qualified = f"{module}.{function.name}"
        used = [r for f in facts.functions for r in f.refers if f.key != function.key]
        used += [r for v in facts.variables if v is not variable for r in v.refers]
        shared = variable.name != function.name and (qualified in used or qualified in self.imported_names)
        # The environment is defined above the function, so what its configuration reads has to be there.
        later = {v.name for v in facts.variables if v.line > function.line}
        if function.enclosing or shared or any(name in later for a in config for name in a.names):
            return None
        return Task(module, function, role, config, self.outputs(module, function.returns), -1)

    def _object_task(self, module: str, variable: Variable) -> Task | None:
        """The task that a module-level variable holds, if it is made by one of the v1 classes of task objects."""
        factory = self.canonical(variable.call, module) if variable.call and not variable.rebound else ""
        interface = interface_of(factory, variable, self._source(module)) if factory in KINDS else None
        if interface is None:
            return None
        returns = [item.annotation for item in interface.outputs]
        text = f"tuple[{', '.join(returns)}]" if len(returns) > 1 else returns[0] if returns else None
        function = Function(
            variable.name, variable.name, variable.line, interface.parameters, text, refers=variable.refers
        )
        # Several outputs have names, like those of a NamedTuple; a notebook's do even if it declares but one.
        named = len(returns) > 1 or (factory == NOTEBOOK and bool(returns))
        outputs = Outputs(interface.outputs, named=variable.name if named else "", is_tuple=len(returns) > 1)
        role: Role = "template" if KINDS[factory] == "template" else "task"
        # The task_config of an object is its own; what else configures a task belongs to the environment.
        config = tuple(a for a in variable.arguments if a.keyword != "task_config")
        return Task(module, function, role, config, outputs, -1, factory=factory)

    def _source(self, module: str) -> Source:
        """What the module says about the arguments of a task object."""

        def follow(node: ast.expr, anywhere: bool) -> ast.expr:
            for _ in range(10):
                if not isinstance(node, (ast.Name, ast.Attribute)):
                    break
                found = self.definition(self.local(module, ast.unparse(node)), module)
                variable = found.variable if found is not None else None
                if found is None or variable is None or variable.rebound:
                    break
                if found.module.module != module:
                    behind = ast.parse(variable.text, mode="eval").body
                    return behind if anywhere and isinstance(behind, ast.Constant) else node
                node = ast.parse(variable.text, mode="eval").body
            return node

        return Source(
            lambda node: follow(node, False),
            lambda node: follow(node, True),
            lambda text: (
                text if text in _BUILTIN_TYPES | {"list"} else self.canonical(self.local(module, text), module)
            ),
        )

    def task(self, qualified: str, importer: str = "") -> Task | None:
        """The task a qualified name stands for, through imports and re-exports."""
        if qualified in self.tasks:
            return self.tasks[qualified]
        definition = self.original(qualified, importer)
        if definition is not None and definition.function is not None:
            return self.tasks.get(f"{definition.module.module}.{definition.function.key}")
        if definition is not None and definition.variable is not None:
            made = self.tasks.get(f"{definition.module.module}.{definition.name}")
            if made is not None and made.factory:
                return made
        if definition is not None and definition.variable is not None and definition.variable.applies is not None:
            given = definition.variable.positional[0].resolved
            task = self.tasks.get(given)
            return task if task is not None and task.decorator < 0 else None
        return None

    def _task(self, module: str, function: Function) -> Task | None:
        for index, decorator in enumerate(function.decorators):
            role, config = self._role(module, decorator)
            if role is None:
                continue
            outputs = self.outputs(module, function.returns)
            bound = role == "v2" or self._is_actor_task(module, decorator)
            environment = decorator.name.rpartition(".")[0] if bound else ""
            return Task(module, function, role, config, outputs, index, environment)
        return None

    def _role(self, module: str, decorator: Decorator, depth: int = 0) -> tuple[Role | None, tuple[Argument, ...]]:
        name = decorator.name
        if not name or depth > 5:
            return None, ()
        canonical = self.canonical(name, module)
        if canonical in ROLES:
            return ROLES[canonical], self._configuration(module, decorator.positional, decorator.arguments)
        if canonical == "functools.partial" and decorator.positional:
            inner = Decorator(decorator.positional[0].resolved, decorator.line, True)
            role, config = self._role(module, inner, depth + 1)
            return role, _overlaid(config, self._configuration(module, decorator.positional[1:], decorator.arguments))
        owner, _, attribute = name.rpartition(".")
        definition = self.definition(name, module)
        made = self.made(module, decorator, definition)
        if made is not None and definition is not None and definition.function is not None:
            source = definition.module.module
            if self.canonical(made.name, source) in ROLES:
                config = self._configuration(source, made.positional, made.arguments)
                return ROLES[self.canonical(made.name, source)], config
        if definition is not None and definition.variable is not None:
            variable, source = definition.variable, definition.module.module
            if self.canonical(variable.call, source) == "functools.partial" and variable.positional:
                base = Decorator(variable.positional[0].resolved, decorator.line, True)
                role, config = self._role(source, base, depth + 1)
                bound = self._configuration(source, variable.positional[1:], variable.arguments)
                if source != module:
                    # The names in these arguments are those of another module, none of them local to a function here.
                    bound = tuple(replace(a, names=()) for a in bound)
                given = self._configuration(module, decorator.positional, decorator.arguments)
                return role, _overlaid(_overlaid(config, bound), given)
        if attribute == "task" and owner:
            holder = self.definition(owner, module)
            if holder is not None and holder.variable is not None:
                if any(e.variable == holder.name for e in holder.module.environments):
                    return "v2", ()
                if self.canonical(holder.variable.call, holder.module.module) == ACTOR:
                    return "task", decorator.arguments
        return None, ()

    def made(self, module: str, decorator: Decorator, definition: Definition | None) -> Decorator | None:
        """The decorator that a helper makes of what it is given, in terms of the helper's module but for what it was
        given; None for anything else, or if it does not go by the parameters alone (WF-44)."""
        maker = definition.function.maker if definition is not None and definition.function is not None else None
        if maker is None or definition is None or definition.function is None:
            return None
        if not (maker.called if decorator.is_call else maker.function):
            return None
        given = given_to(definition.function, maker, decorator)
        if given is None:
            return None
        rest = [a for a in (given.pop("**", None) or ()) if isinstance(a, Argument)]
        arguments: list[Argument] = []
        for argument in maker.decorator.arguments:
            if argument.keyword == "**" and argument.text == _variadic(definition.function):
                arguments += rest
            else:
                arguments.append(_put_in(argument, given))
        positional = tuple(_put_in(a, given) for a in maker.decorator.positional)
        if definition.module.module != module:
            own = {a.text: a for a in (*decorator.positional, *decorator.arguments)}
            arguments = [a if a.text in own else replace(a, names=()) for a in arguments]
        return Decorator(maker.decorator.name, decorator.line, True, positional, tuple(arguments))

    def _is_actor_task(self, module: str, decorator: Decorator) -> bool:
        """Whether a decorator is ``<actor>.task`` of a v1 ActorEnvironment, which becomes an environment in its
        place."""
        owner, _, attribute = decorator.name.rpartition(".")
        holder = self.definition(owner, module) if owner and attribute == "task" else None
        if holder is None or holder.variable is None or not holder.variable.call:
            return False
        return self.canonical(holder.variable.call, holder.module.module) == ACTOR

    def _configuration(
        self, module: str, positional: tuple[Argument, ...], arguments: tuple[Argument, ...]
    ) -> tuple[Argument, ...]:
        """A decorator's arguments by keyword: a positional one is task_config, ``**name`` the entries of a
        dictionary."""
        found = [replace(a, keyword="task_config") for a in positional[:1]]
        for argument in arguments:
            entries = self._entries(module, argument) if argument.keyword == "**" else None
            found += [argument] if entries is None else entries
        return tuple(found)

    def _entries(self, module: str, argument: Argument) -> list[Argument] | None:
        """The entries of ``**name`` where the name is a dictionary display or ``dict(...)`` at the top level of a
        module."""
        definition = self.definition(argument.resolved, module) if argument.resolved else None
        if definition is None or definition.variable is None or definition.variable.rebound:
            return None
        return list(definition.variable.entries) or None

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """Launch plans bound to module-level variables, by ``<module id>.<variable>``."""
        found: dict[str, Plan] = {}
        for module, facts in self.modules.items():
            for variable in facts.variables:
                factory = self.canonical(variable.call, module) if variable.call else ""
                if factory not in PLAN_FACTORIES:
                    continue
                named = {a.keyword: a for a in variable.arguments}
                order = ("name", "workflow") if factory.endswith(".create") else ("workflow", "name")
                if factory.endswith("get_default_launch_plan"):
                    order = ("ctx", "workflow")
                position = order.index("workflow")
                argument = named.get("workflow") or (
                    variable.positional[position] if len(variable.positional) > position else None
                )
                workflow = ""
                if argument is not None and argument.resolved:
                    task = self.task(argument.resolved, module)
                    workflow = task.qualified if task else ""
                found[f"{module}.{variable.name}"] = Plan(module, variable, factory, workflow)
        return found

    def plan(self, qualified: str, importer: str = "") -> Plan | None:
        """The launch plan that a qualified name stands for."""
        definition = self.definition(qualified, importer)
        if definition is not None and definition.variable is not None:
            return self.plans.get(f"{definition.module.module}.{definition.name}")
        return None

    def named_tuple(self, qualified: str, importer: str = "") -> Class | None:
        """The NamedTuple class that a qualified name stands for."""
        definition = self.definition(qualified, importer)
        if definition is not None and definition.cls is not None and definition.cls.is_named_tuple:
            return definition.cls
        return None

    def outputs(self, module: str, returns: str | None) -> Outputs:
        """The outputs that a return annotation declares (source text), as flytekit names them."""
        if returns is None:
            return Outputs()
        node = _parsed(returns)
        if node is None:
            return Outputs((Field("o0", returns),))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.outputs(module, node.value)
        if isinstance(node, ast.Constant) and node.value is None:
            return Outputs()
        if isinstance(node, ast.Tuple):  # `-> (int, str)`, which both SDKs read as a tuple
            return Outputs(tuple(Field(f"o{n}", ast.unparse(i)) for n, i in enumerate(node.elts)), is_tuple=True)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] in ("Tuple", "tuple"):
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if any(isinstance(i, ast.Constant) and i.value is Ellipsis for i in items):
                return Outputs((Field("o0", returns),))
            return Outputs(tuple(Field(f"o{n}", ast.unparse(i)) for n, i in enumerate(items)), is_tuple=True)
        if isinstance(node, (ast.Name, ast.Attribute)):
            cls = self.named_tuple(self.local(module, ast.unparse(node)), module)
            if cls is not None:
                return Outputs(cls.fields, named=ast.unparse(node))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("NamedTuple", "namedtuple"):
            fields = tuple(Field(k.arg, ast.unparse(k.value)) for k in node.keywords if k.arg)
            if len(node.args) > 1 and isinstance(node.args[1], (ast.List, ast.Tuple)):
                pairs = [e for e in node.args[1].elts if isinstance(e, ast.Tuple) and len(e.elts) == 2]
                fields = tuple(Field(str(ast.literal_eval(p.elts[0])), ast.unparse(p.elts[1])) for p in pairs)
            if fields:
                return Outputs(fields, named=returns)
        return Outputs((Field("o0", returns),))

    @cached_property
    def imported_names(self) -> frozenset[str]:
        """Every project name (``<module id>.<name>``) that some module of the project imports by name."""
        found: set[str] = set()
        for module, facts in self.modules.items():
            for fact in facts.imports:
                owner, _, name = fact.target.rpartition(".")
                source = self.module_of(owner, module) if owner else None
                if source is not None:
                    found.add(f"{source}.{name}")
        return frozenset(found)

    @cached_property
    def imported_whole(self) -> dict[str, frozenset[str]]:
        """The modules that each module of the project is imported by as a module."""
        found: dict[str, set[str]] = {}
        for module, facts in self.modules.items():
            for fact in facts.imports:
                source = self.module_of(fact.target, module) if fact.is_module else None
                if source is not None:
                    found.setdefault(source, set()).add(module)
        return {source: frozenset(modules) for source, modules in found.items()}

    @cached_property
    def imported_v1(self) -> frozenset[str]:
        """The canonical names of everything from outside that some module of the project imports."""
        return frozenset(self.canonical(fact.target) for facts in self.modules.values() for fact in facts.imports)

    @cached_property
    def mentions(self) -> dict[str, list[Mention]]:
        """What functions and module-level variables mention, by the last component of its name."""
        found: dict[str, list[Mention]] = {}
        for module, facts in self.modules.items():
            names = [Mention(name, module, True) for function in facts.functions for name in function.refers]
            names += [Mention(name, module, False) for variable in facts.variables for name in variable.refers]
            for mention in names:
                found.setdefault(mention.name.rpartition(".")[2], []).append(mention)
        return found

    @cached_property
    def caught(self) -> frozenset[str]:
        """The canonical names of what except clauses of modules with v1 code catch."""
        return frozenset(
            self.canonical(name, m.module) for m in self.modules.values() if m.uses_v1 for name in m.caught
        )

    @cached_property
    def output_names(self) -> frozenset[str]:
        """The names of all named outputs of v1 tasks."""
        return frozenset(
            f.name for t in self.tasks.values() if t.role != "v2" and t.outputs.named for f in t.outputs.fields
        )

    @cached_property
    def needed_by_others(self) -> frozenset[str]:
        """v1 names (``<module id>.<name>``) that modules which are not migrated get from this project's."""
        found: set[str] = set()
        for module in self.untouched & self.modules.keys():
            facts = self.modules[module]
            names = {*(i.target for i in facts.imports), *self.starred(module).values()}
            names.update(r for f in facts.functions for r in (*f.refers, *(d.name for d in f.decorators)))
            names.update(r for v in facts.variables for r in v.refers)
            for name in names:
                if name.split(".")[0] not in V1_ROOTS and self.canonical(name, module).split(".")[0] in V1_ROOTS:
                    found.update(self._places(name, module))
        return frozenset(found)

    def _places(self, qualified: str, importer: str, depth: int = 0) -> Iterator[str]:
        """The names (``<module id>.<name>``) that a name goes through on its way to v1."""
        parts = qualified.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = self.module_of(".".join(parts[:length]), importer)
            behind = self._behind(module, parts[length]) if module is not None and depth < 20 else ""
            if module is not None and behind:
                yield f"{module}.{parts[length]}"
                yield from self._places(".".join([behind, *parts[length + 1 :]]), module, depth + 1)
            if module is not None:
                return

    @cached_property
    def concerned(self) -> frozenset[str]:
        """Modules that a migration may change: they use v1, import something of the project that is or uses v1, or
        catch what tasks raise that they are given."""
        sources = {m for m, facts in self.modules.items() if facts.uses}
        found = set(sources)
        for module, facts in self.modules.items():
            if module not in found and self.handed_on(module):
                found.add(module)
            for fact in facts.imports:
                parts = fact.target.split(".")
                named = (self.module_of(".".join(parts[:n]), module) for n in range(len(parts), 0, -1))
                direct = next((m for m in named if m is not None), None)
                definition = self.definition(fact.target, module) if direct is not None else None
                owner = definition.module.module if definition is not None else direct
                if owner in sources or direct in sources:
                    found.add(module)
                    break
        return frozenset(found | {name.rpartition(".")[0] for name in self.given_tasks})

    @cached_property
    def given_tasks(self) -> frozenset[str]:
        """Functions with ``except`` clauses (``<module id>.<name>``) that others of the project call and may give a
        task."""
        handling = {f"{m}.{f.key}" for m, facts in self.modules.items() for f in facts.functions if f.handles}
        found: set[str] = set()
        for module, facts in self.modules.items() if handling else ():
            for function in facts.functions if facts.uses else ():
                called = handling & {self.canonical(name, module) for name in function.calls}
                if called and any(self.task(n, module) for n in {*function.refers} - {*function.calls}):
                    found |= called
        return frozenset(found)

    @cached_property
    def _nested_tasks(self) -> dict[str, list[str]]:
        """The tasks that are defined inside a function, by its qualified key."""
        found: dict[str, list[str]] = {}
        for name, task in self.tasks.items():
            if task.function.enclosing:
                found.setdefault(f"{task.module}.{task.function.enclosing}", []).append(name)
        return found

    # -- reachability --------------------------------------------------------------------------------------------

    def reached_tasks(self, module: str, refers: Iterable[str]) -> frozenset[str]:
        """Tasks that code mentioning ``refers`` can call: directly, through plain functions, variables and launch
        plans."""
        seen: set[str] = set()
        found: set[str] = set()
        stack = [(name, module) for name in refers]
        while stack:
            name, importer = stack.pop()
            definition = self.definition(name, importer)
            if definition is None or not definition.name:
                continue
            owner = definition.module.module
            key = f"{owner}.{definition.function.key if definition.function else definition.name}"
            if key in seen:
                continue
            seen.add(key)
            if key in self.tasks:
                found.add(key)
            elif definition.function is not None:
                stack.extend((ref, owner) for ref in definition.function.refers)
                # A decorator of the project may put a task around the function.
                stack.extend((d.name, owner) for d in definition.function.decorators if d.name)
                found.update(self._nested_tasks.get(key, ()))
            elif definition.variable is not None:
                stack.extend((ref, owner) for ref in definition.variable.refers)
        return frozenset(found)


def given_to(function: Function, maker: Maker, decorator: Decorator) -> dict[str, Any] | None:
    """What the parameters of a helper stand for in one use of it (source text; the arguments of its ``**settings``
    under ``**``); None if that can't be told."""
    if any(a.keyword == "**" for a in decorator.arguments) and _variadic(function) == "":
        return None
    if any(p.kind == "var_positional" for p in function.parameters) or any(
        a.text.startswith("*") for a in decorator.positional
    ):
        return None
    names = [p.name for p in function.parameters if p.kind in ("positional", "keyword") and p.name != maker.function]
    places = [p.name for p in function.parameters if p.kind == "positional" and p.name != maker.function]
    if len(decorator.positional) > len(places) or (maker.function and decorator.positional):
        return None
    given: dict[str, Any] = {p.name: p.default for p in function.parameters if p.default is not None}
    given.update({name: argument.text for name, argument in zip(places, decorator.positional, strict=False)})
    given.update({a.keyword: a.text for a in decorator.arguments if a.keyword in names})
    given["**"] = [a for a in decorator.arguments if a.keyword not in names]
    if (given["**"] and not _variadic(function)) or not given.keys() >= set(names):
        return None
    return given


def _variadic(function: Function) -> str:
    return next((p.name for p in function.parameters if p.kind == "var_keyword"), "")


def _put_in(argument: Argument, given: Mapping[str, Any]) -> Argument:
    """An argument with what the parameters in it stand for."""
    if not any(name in given for name in argument.names):
        return argument
    tree = ast.parse(argument.text, mode="eval")
    text = ast.unparse(_Values(given).visit(tree))
    names = tuple(sorted({n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name)}))
    return Argument(argument.keyword, text, names, "" if argument.text in given else argument.resolved, argument.call)


class _Values(ast.NodeTransformer):
    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        text = self.given.get(node.id)
        return ast.parse(text, mode="eval").body if isinstance(text, str) else node


def _overlaid(base: tuple[Argument, ...], given: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Arguments of which the later ones win, as ``functools.partial`` has it."""
    keywords = {a.keyword for a in given}
    return (*(a for a in base if a.keyword not in keywords), *given)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr | None:
    """The tree of an expression's source text, not to be changed; None if it is none."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def canonical_name(qualified: str) -> str:
    """The canonical form of a qualified name; ``flytekit.LaunchPlan.create`` for an attribute of an aliased class."""
    known = table()
    parts = qualified.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in known.aliases:
            through = ".".join([known.aliases[head], *parts[length:]])
            return through if length == len(parts) else canonical_name(through)  # the module may be an alias, too
        if head in known.rows:
            return qualified
    return qualified


def link(
    modules: Iterable[ModuleFacts],
    texts: Mapping[str, str] | None = None,
    untouched: frozenset[str] = frozenset(),
    own_packages: frozenset[str] = frozenset(),
) -> ProjectIndex:
    """The linked index of a project's modules.

    ``texts`` are the sources of those with star imports, by module id: what these bring shows only now, and the facts
    of such a module are taken once more. ``untouched`` are modules that are not migrated, ``own_packages`` those of
    the project that have the name of a v1 one.
    """
    by_id = {facts.module: facts.without_uses_of(own_packages) for facts in modules}
    index = _linked(by_id, untouched, own_packages)
    again: dict[str, ModuleFacts] = {}
    for module, text in (texts or {}).items():
        facts = by_id[module]
        known = index.handed_on(module) if facts.star_imports else {}
        if known:
            fresh = index_module(facts.path, module, text, facts.is_package, known)
            again[module] = fresh.without_uses_of(own_packages)
    return _linked({**by_id, **again}, untouched, own_packages) if again else index


def _linked(by_id: Mapping[str, ModuleFacts], untouched: frozenset[str], own_packages: frozenset[str]) -> ProjectIndex:
    suffixes: dict[str, list[str]] = {}
    for module in by_id:
        parts = module.split(".")
        for start in range(1, len(parts)):
            suffixes.setdefault(".".join(parts[start:]), []).append(module)
    by_suffix = {suffix: tuple(sorted(ids)) for suffix, ids in suffixes.items()}
    return ProjectIndex(by_id, by_suffix, untouched, own_packages)
