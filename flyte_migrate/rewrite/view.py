"""Everything a rule may ask about the file in hand: parents, scopes, resolved names, tasks, positions.

Built by one walk over the libcst tree. Read-only for rules; what they want done they yield as items of :mod:`.plan`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import libcst as cst

from flyte_migrate.mapping import V1_ROOTS, Row, table
from flyte_migrate.project import todos
from flyte_migrate.project.colour import Colours
from flyte_migrate.project.environments import EnvironmentPlan
from flyte_migrate.project.facts import ModuleFacts
from flyte_migrate.project.index import absolute_import
from flyte_migrate.project.link import ROLES, ProjectIndex, Task
from flyte_migrate.rewrite.positions import Positions
from flyte_migrate.rewrite.scopes import Binding, Scope
from flyte_migrate.rewrite.sections import Sections
from flyte_migrate.rewrite.template import parsed
from flyte_migrate.rewrite.walk import children, walk
from flyte_migrate.settings import Settings

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
#: Of a file that is looked at by itself.
_NO_COLOURS = Colours()
_TYPE_COMMENT = re.compile(r"#\s*type:(?!\s*ignore)([^\n]*)")
_COMPREHENSION = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
#: Nodes that open a scope, hold names which are no references, or are leaves: all others are walked through.
_SPECIAL = frozenset(
    {
        *(cst.FunctionDef, cst.ClassDef, cst.Lambda, *_COMPREHENSION),
        *(cst.Arg, cst.Param, cst.Import, cst.ImportFrom),
        *(cst.FormattedStringText, cst.SimpleString, cst.Integer, cst.Float),
    }
)


@dataclass(frozen=True, eq=False)
class Reference:
    """An occurrence of a v1 name.

    ``node`` is the longest part of the attribute chain that the mapping table has a row for (``LaunchPlan`` of
    ``LaunchPlan.create``), ``name`` its canonical v1 name, ``rest`` the attributes that follow, ``chain`` the whole
    chain.
    """

    node: cst.Name | cst.Attribute
    chain: cst.Name | cst.Attribute
    name: str
    rest: tuple[str, ...]
    row: Row | None


@dataclass(frozen=True, eq=False)
class TaskDefinition:
    """A function definition in this file that is a task, and the decorator that makes it one.

    For ``name = task(function)`` the decorator is not part of the tree; its expression is.
    """

    node: cst.FunctionDef
    decorator: cst.Decorator
    task: Task


@dataclass(frozen=True, eq=False)
class TaskObject:
    """A module-level variable of this file that holds a task object, and the call that makes it."""

    statement: cst.SimpleStatementLine
    node: cst.Call
    task: Task


class FileView:
    """One file: tree, facts and index."""

    def __init__(
        self,
        tree: cst.Module,
        text: str,
        facts: ModuleFacts,
        index: ProjectIndex,
        environments: EnvironmentPlan,
        settings: Settings,
        colours: Colours = _NO_COLOURS,
        reserved: frozenset[str] = frozenset(),
    ) -> None:
        """``reserved`` has names of v1 imports that stay, which v2 names must not take."""
        self.tree, self.text, self.facts, self.index = tree, text, facts, index
        self.environments, self.settings, self.colours = environments, settings, colours
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.module_scope = Scope(tree, None)
        self.scope_at: dict[cst.CSTNode, Scope] = {}
        self.scope_of: dict[cst.CSTNode, Scope] = {tree: self.module_scope}
        self.functions: list[tuple[cst.FunctionDef, str]] = []
        self.by_type: dict[type, list[cst.CSTNode]] = defaultdict(list)
        self.names: list[cst.Name] = []
        self.reserved = reserved
        self.requested: dict[str, str] = {}  # v2 target -> local name
        self._counts: dict[str, int] = {}
        self._qualified: dict[cst.CSTNode, str | None] = {}
        self._roots: dict[tuple[Scope, str], str | None] = {}  # by the scope that binds a name
        self.called_tasks: dict[cst.CSTNode, Task | None] = {}  # what flow.called_task has answered
        self.type_names: dict[tuple[str, str], str] = {}  # what flow.Type.name has answered
        self.values: dict[cst.Name, Any] = {}  # what flow.values_of has answered
        self._names_in: dict[cst.CSTNode, list[cst.Name]] = {}  # by top-level statement
        self.by_type[cst.Module] = [tree]
        for statement in tree.body:
            known = len(self.names)
            self._walk(statement, tree, self.module_scope)
            self._names_in[statement] = self.names[known:]
        self.references: list[Reference] = list(self._references())
        self.tasks: list[TaskDefinition] = list(self._tasks())
        self._task_by_node = {definition.node: definition for definition in self.tasks}

    # -- building ------------------------------------------------------------------------------------------------

    def _walk(self, node: cst.CSTNode, parent: cst.CSTNode, scope: Scope) -> None:
        self.parents[node] = parent
        kind = type(node)
        if kind is cst.Name:
            assert isinstance(node, cst.Name)
            self.names.append(node)
            self.scope_at[node] = scope
            return
        if kind is cst.Attribute:
            # The attribute's own name is not a reference to anything in scope.
            assert isinstance(node, cst.Attribute)
            self.by_type[kind].append(node)
            self._walk(node.value, node, scope)
            self.parents[node.attr] = node
            return
        self.by_type[kind].append(node)
        binder = _BINDERS.get(kind)
        if binder is not None:
            binder(self, node, scope)
        if kind not in _SPECIAL:
            for child in children(node):
                self._walk(child, node, scope)
            return
        if kind is cst.FunctionDef:
            self._function(node, scope)  # type: ignore[arg-type]
            return
        if kind is cst.ClassDef:
            self._class(node, scope)  # type: ignore[arg-type]
            return
        if kind is cst.Lambda:
            inner = Scope(node, scope, scope.key)
            self.scope_of[node] = inner
            self._walk(node.params, node, inner)  # type: ignore[attr-defined]
            self._walk(node.body, node, inner)  # type: ignore[attr-defined]
            return
        if kind in _COMPREHENSION:
            inner = Scope(node, scope, scope.key)
            self.scope_of[node] = inner
            for child in children(node):
                self._walk(child, node, inner)
            return
        if kind is cst.Arg:
            assert isinstance(node, cst.Arg)
            if node.keyword is not None:
                self.parents[node.keyword] = node
            self._walk(node.value, node, scope)
            return
        if kind is cst.Param:
            assert isinstance(node, cst.Param)
            # Annotation and default are read outside the function; the binder has entered the name inside.
            outer = scope.parent or scope
            self.parents[node.name] = node
            if node.annotation is not None:
                self._walk(node.annotation, node, outer)
            if node.default is not None:
                self._walk(node.default, node, outer)
            return
        if kind is cst.Import or kind is cst.ImportFrom:
            names = node.names  # type: ignore[attr-defined]
            self.parents.update((alias, node) for alias in ((names,) if isinstance(names, cst.ImportStar) else names))

    def key(self, name: str, scope: Scope) -> str:
        qualified = f"{scope.key}.{name}" if scope.key else name
        count = self._counts.get(qualified, 0)
        self._counts[qualified] = count + 1
        return f"{qualified}#{count}" if count else qualified

    def _function(self, node: cst.FunctionDef, scope: Scope) -> None:
        inner = Scope(node, scope, self.key(node.name.value, scope))
        self.scope_of[node] = inner
        self.functions.append((node, inner.key))
        self.parents[node.name] = node
        for decorator in node.decorators:
            self._walk(decorator, node, scope)
        self._walk(node.params, node, inner)
        if node.returns is not None:
            self._walk(node.returns, node, scope)
        self._walk(node.body, node, inner)

    def _class(self, node: cst.ClassDef, scope: Scope) -> None:
        self.parents[node.name] = node
        for part in (*node.decorators, *node.bases, *node.keywords):
            self._walk(part, node, scope)
        inner = Scope(node, scope, self.key(node.name.value, scope), is_class=True)
        self.scope_of[node] = inner
        self._walk(node.body, node, inner)

    # -- names ---------------------------------------------------------------------------------------------------

    def qualified(self, node: cst.CSTNode) -> str | None:
        """The qualified name of a name or attribute chain of the original tree; None unless statically known.

        Imported names give their target, names of the file's top level ``<module id>.<name>``.
        """
        kind = type(node)
        if kind is not cst.Name and kind is not cst.Attribute:
            return None
        known = self._qualified.get(node, "")  # no name is empty
        if known == "":
            known = self._qualified[node] = self._qualify(node)
        return known

    def _qualify(self, node: cst.CSTNode) -> str | None:
        if type(node) is cst.Attribute:
            owner = self.qualified(node.value)
            return f"{owner}.{node.attr.value}" if owner else None
        assert isinstance(node, cst.Name)
        scope = self.scope_at.get(node)
        return self._root(node.value, scope) if scope is not None else None

    def _root(self, name: str, scope: Scope) -> str | None:
        owner = scope.owner(name)
        if owner is None:
            return self.index.starred(self.facts.module).get(name)
        key = (owner, name)
        if key not in self._roots:
            self._roots[key] = self._bound_to(name, owner)
        return self._roots[key]

    def _bound_to(self, name: str, owner: Scope) -> str | None:
        bindings = owner.bindings[name]
        imports = [b for b in bindings if b.kind == "import"]
        if imports:
            others = [b for b in bindings if b.kind != "import"]
            if others and not all(self._is_import_fallback(b.node) for b in others):
                return None
            return next((b.target for b in imports if b.target.split(".")[0] in V1_ROOTS), imports[0].target)
        if owner is self.module_scope:
            return f"{self.facts.module}.{name}" if self.facts.module else name
        return None

    def _is_import_fallback(self, node: cst.CSTNode) -> bool:
        return any(isinstance(ancestor, cst.ExceptHandler) for ancestor in self.ancestors(node))

    def canonical(self, node: cst.CSTNode) -> str:
        """The canonical v1 name a name or chain stands for (through re-exports), its qualified name, or empty."""
        name = self.qualified(node)
        return self.index.canonical(name, self.facts.module) if name else ""

    def bindings(self, node: cst.Name) -> tuple[Binding, ...]:
        """All bindings a name may refer to."""
        scope = self.scope_at.get(node)
        return scope.lookup(node.value) if scope is not None else ()

    def is_foreign(self, name: cst.Name) -> bool:
        """Whether a name can only stand for something imported from a package that is neither v1 nor the project's."""
        bindings = self.bindings(name)
        return bool(bindings) and all(b.kind == "import" and self._is_foreign(b.target) for b in bindings)

    def _is_foreign(self, target: str) -> bool:
        words = target.split(".")
        return words[0] not in V1_ROOTS and self.index.module_words.isdisjoint(words)

    def task_of(self, node: cst.CSTNode) -> Task | None:
        """The project task that a name or chain refers to, nested definitions included."""
        if type(node) is cst.Name:
            assert isinstance(node, cst.Name)
            for binding in self.bindings(node):
                if binding.kind == "def":
                    assert isinstance(binding.node, cst.FunctionDef)
                    definition = self._task_by_node.get(binding.node)
                    if definition is not None:
                        return definition.task
        name = self.qualified(node)
        return self.index.task(name, self.facts.module) if name else None

    def definition_of(self, node: cst.FunctionDef) -> TaskDefinition | None:
        """The task definition of a function node of this file, None for a plain function."""
        return self._task_by_node.get(node)

    def function_key(self, node: cst.FunctionDef) -> str:
        """The facts key of a function node."""
        return self.scope_of[node].key

    def _references(self) -> Iterator[Reference]:
        known = table()
        for name in self.names:
            qualified = self._root(name.value, self.scope_at[name])
            if qualified is None or self.is_binding_position(name):
                continue
            canonical = self.index.canonical(qualified, self.facts.module)
            if canonical not in ROLES and self._is_alias_kept(name):
                continue
            if canonical.split(".")[0] in self.index.own_packages:
                continue
            chain: cst.Name | cst.Attribute = name
            links: list[cst.Attribute] = []
            while isinstance(parent := self.parents.get(chain), cst.Attribute) and parent.value is chain:
                links.append(parent)
                chain = parent
            if canonical.split(".")[0] not in V1_ROOTS:
                generic = self.generic(name)
                if generic:
                    node = links[0] if links else name
                    if isinstance(call := self.parents.get(node), cst.Call) and call.func is node:
                        yield Reference(name, chain, generic, tuple(a.attr.value for a in links), known.row(generic))
                    continue
                if not links or self.index.module_of(qualified, self.facts.module) is None:
                    continue
                # `import common` where common re-exports flytekit names: `common.task`
                canonical = self.canonical(chain)
                if canonical.split(".")[0] not in V1_ROOTS:
                    continue
                yield Reference(chain, chain, canonical, (), known.row(canonical))
                continue
            path = [link.attr.value for link in links]
            for length in range(len(path), -1, -1):
                full = self.index.canonical(".".join([qualified, *path[:length]]), self.facts.module)
                if full in known.rows or length == 0:
                    node = links[length - 1] if length else name
                    yield Reference(
                        node,
                        chain,
                        full,
                        tuple(path[length:]),
                        known.rows.get(full) or known.row(".".join([full, *path[length:]])),
                    )
                    break

    def generic(self, node: cst.CSTNode) -> str:
        """The v1 type behind a module-level name for it with parameters: ``CSV = FlyteFile["csv"]``; else empty.

        As a type the name stays what it is, but what it makes is what the type makes.
        """
        bindings = self.bindings(node) if isinstance(node, cst.Name) else ()
        if len(bindings) != 1 or bindings[0].kind != "assign" or self.function_of(bindings[0].node) is not None:
            return ""
        value = bindings[0].value
        if not isinstance(value, cst.Subscript):
            return ""
        base: cst.BaseExpression = value.value
        if self.canonical(base) in ("typing.Annotated", "typing_extensions.Annotated"):
            first = value.slice[0].slice
            base = first.value if isinstance(first, cst.Index) else base
            base = base.value if isinstance(base, cst.Subscript) else base
        name = self.canonical(base)
        return name if name.split(".")[0] in V1_ROOTS else ""

    def _is_alias_kept(self, name: cst.Name) -> bool:
        """Whether a name stands for another one (`Source = FlyteFile`) as it will after the rewrite, too: a call and
        an attribute of it have to be looked at, nothing else."""
        parent = self.parents.get(name)
        if (isinstance(parent, cst.Call) and parent.func is name) or isinstance(parent, cst.Attribute):
            return False
        scope = self.scope_at[name]
        owner = scope.owner(name.value)
        return owner is self.module_scope and all(b.kind == "assign" for b in owner.bindings[name.value])

    def is_binding_position(self, name: cst.Name) -> bool:
        """Whether a name is assigned to or declared, not read."""
        parent = self.parents.get(name)
        return isinstance(parent, (cst.AssignTarget, cst.Global, cst.Nonlocal, cst.NameItem))

    def _tasks(self) -> Iterator[TaskDefinition]:
        for node, key in self.functions:
            task = self.index.tasks.get(f"{self.facts.module}.{key}")
            if task is not None and task.decorator < 0:
                applied = self.applied_decorator(task)
                if applied is not None:
                    yield TaskDefinition(node, cst.Decorator(applied.func), task)
            elif task is not None:
                yield TaskDefinition(node, node.decorators[task.decorator], task)

    def applied_decorator(self, task: Task) -> cst.Call | None:
        """The call in ``name = task(function)`` that makes a function of this file a task."""
        for node in self.by_type.get(cst.Assign, ()):
            value = node.value  # type: ignore[attr-defined]
            if (
                not isinstance(value, cst.Call)
                or len(value.args) != 1
                or self.parents[self.parents[node]] is not self.tree
            ):
                continue
            given = value.args[0].value
            if (
                isinstance(given, cst.Name)
                and given.value == task.name
                and isinstance(value.func, (cst.Call, cst.Name, cst.Attribute))
            ):
                return value
        return None

    @cached_property
    def returns(self) -> dict[cst.FunctionDef | None, list[cst.Return]]:
        """The return statements by the function that they are in."""
        found: dict[cst.FunctionDef | None, list[cst.Return]] = {}
        for node in self.by_type.get(cst.Return, ()):
            assert isinstance(node, cst.Return)
            found.setdefault(self.function_of(node), []).append(node)
        return found

    @cached_property
    def objects(self) -> list[TaskObject]:
        """The task objects that this file defines and the index knows."""
        found: list[TaskObject] = []
        for binding in (b for bindings in self.module_scope.bindings.values() for b in bindings):
            task = self.index.tasks.get(f"{self.facts.module}.{binding.name}")
            if task is None or not task.factory or not isinstance(binding.value, cst.Call):
                continue
            statement = self.statement(binding.value)
            if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
                found.append(TaskObject(statement, binding.value, task))
        return found

    @cached_property
    def occurrences(self) -> dict[str, list[cst.Name]]:
        """All name nodes by their text."""
        found: dict[str, list[cst.Name]] = {}
        for name in self.names:
            found.setdefault(name.value, []).append(name)
        return found

    @cached_property
    def type_comment_names(self) -> frozenset[str]:
        """Identifiers in ``# type:`` comments, which count as uses of an import."""
        return frozenset(
            word for match in _TYPE_COMMENT.finditer(self.text) for word in re.findall(r"[A-Za-z_]\w*", match[1])
        )

    @cached_property
    def _top_level_imports(self) -> frozenset[str]:
        """Names bound by import statements that are not part of a block (`if __name__ == "__main__":` comes too
        late)."""
        return frozenset(
            binding.name
            for bindings in self.module_scope.bindings.values()
            for binding in bindings
            if binding.kind == "import" and self.parents.get(self.parents[binding.node]) is self.tree
        )

    @cached_property
    def _dotted_imports(self) -> frozenset[str]:
        return frozenset(
            dotted_name(alias.name)
            for node in self.by_type.get(cst.Import, ())
            for alias in node.names  # type: ignore[attr-defined]
            if alias.asname is None
        )

    # -- structure -----------------------------------------------------------------------------------------------

    def statements(self) -> list[Statement]:
        """All statement lines and compound statements in source order."""
        return [n for n in walk(self.tree) if isinstance(n, (cst.SimpleStatementLine, cst.BaseCompoundStatement))]

    def todos_above(self, statement: cst.CSTNode) -> list[tuple[str, str]]:
        """(code, text) of the TODO comments above a statement; libcst has those of the first one in the header."""
        lines = list(getattr(statement, "leading_lines", ()))
        if self.tree.body and statement is self.tree.body[0]:
            lines = [*self.tree.header, *lines]
        return todos.texts(line.comment.value for line in lines if line.comment)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self.parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Enclosing nodes, innermost first."""
        item = self.parents.get(node)
        while item is not None:
            yield item
            item = self.parents.get(item)

    def statement(self, node: cst.CSTNode) -> Statement:
        """The innermost statement line or compound statement that holds a node (for a decorator: the definition)."""
        item: cst.CSTNode | None = node
        while item is not None:
            if isinstance(item, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
                return item
            item = self.parents.get(item)
        raise LookupError(f"{type(node).__name__} is not part of a statement of {self.facts.path}")

    def top_statement(self, node: cst.CSTNode) -> Statement:
        """The module-level statement that holds a node."""
        found: cst.CSTNode = node
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, cst.Module):
                break
            found = ancestor
        assert isinstance(found, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
        return found

    def function_of(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The innermost function definition around a node."""
        item = self.parents.get(node)
        while item is not None and type(item) is not cst.FunctionDef:
            item = self.parents.get(item)
        return item

    def task_around(self, node: cst.CSTNode) -> TaskDefinition | None:
        """The innermost task definition whose body (or signature) holds a node."""
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, cst.FunctionDef) and ancestor in self._task_by_node:
                return self._task_by_node[ancestor]
        return None

    def uses_of(self, binding_name: str, scope: Scope) -> list[cst.Name]:
        """Every occurrence that reads a name bound in ``scope``."""
        return [
            n
            for n in self.names
            if n.value == binding_name
            and self.scope_at[n].owner(binding_name) is scope
            and not self.is_binding_position(n)
        ]

    # -- v2 names ------------------------------------------------------------------------------------------------

    def local_name(self, target: str) -> str:
        """The name under which a v2 ``module:attribute`` is (or will be) available at module level.

        ``flyte:map`` gives ``flyte.map``; ``flyte.io:File`` gives ``File`` and asks for ``from flyte.io import File``;
        ``flyte.report:`` asks for ``import flyte.report`` and gives ``flyte.report``.
        """
        module, _, attribute = target.partition(":")
        if module == "flyte" or not attribute:
            root = self._local_module(module)
            return f"{root}.{attribute}" if attribute else root
        key = target
        if key not in self.requested:
            self.requested[key] = self._existing(f"{module}.{attribute}") or self._free(attribute)
        return self.requested[key]

    def environment(self, module: str, variable: str) -> str:
        """How this file refers to an environment: its variable, or an import of it under a free name."""
        if module == self.facts.module:
            return variable
        for binding_list in self.module_scope.bindings.values():
            for binding in binding_list:
                if binding.kind == "import" and self.index.module_of(binding.target, self.facts.module) == module:
                    imported = isinstance(binding.node, cst.Import) and binding.target == binding.name
                    if not imported or "." not in module:
                        return f"{binding.name}.{variable}"
                owner, _, name = binding.target.rpartition(".")
                if (
                    binding.kind == "import"
                    and name == variable
                    and self.index.module_of(owner, self.facts.module) == module
                ):
                    return binding.name
        source = self._written_module(module)
        last = module.rpartition(".")[2]
        key = f"{source}:{variable}"
        if key not in self.requested:
            stem = re.sub(r"\W", "_", last)
            preferred = f"{stem}_env" if variable == "env" else variable
            name = self._free(preferred)
            self.requested[key] = name if name == preferred else self._free(f"{stem}_{variable}")
        return self.requested[key]

    def _written_module(self, module: str) -> str:
        """The module text for an import of a project module, relative or absolute as this file's own imports are.

        Without an import of its kind it starts below the folder from which this file's other imports start, or below
        the last folder whose name is no identifier (``v1-jobs/tasks/train.py`` is ``tasks.train``).
        """
        words = module.split(".")
        fallback = ".".join(words[max((n + 1 for n, word in enumerate(words) if not word.isidentifier()), default=0) :])
        for node in self.by_type.get(cst.ImportFrom, ()):
            assert isinstance(node, cst.ImportFrom)
            name = dotted_name(node.module) if node.module is not None else ""
            source = absolute_import(self.facts.module, self.facts.is_package, len(node.relative), name or None)
            found = self.index.module_of(source, self.facts.module)
            written = "." * len(node.relative) + name
            if found == module:
                return written
            if found is not None and module.startswith(found + ".") and self.index.modules[found].is_package:
                rest = module[len(found) + 1 :]
                fallback = f"{written}{rest}" if written.endswith(".") else f"{written}.{rest}"
            elif found is not None and fallback == module and not node.relative and found.endswith(f".{name}"):
                fallback = module.removeprefix(found.removesuffix(name))
        return fallback

    def ref(self, target: str) -> cst.BaseExpression:
        """``local_name`` as an expression."""
        return parsed(self.local_name(target))

    def _local_module(self, module: str) -> str:
        key = f"{module}:"
        if key not in self.requested:
            existing = self._existing(module)
            root = module.split(".")[0]
            if existing:
                self.requested[key] = existing
            elif "." not in module or root not in self.facts.bound or self._existing(root) == root:
                self.requested[key] = module if "." in module else self._free(module)
            else:
                self.requested[key] = self._free(module.replace(".", "_"))
        return self.requested[key]

    def _existing(self, qualified: str) -> str | None:
        for fact in self.facts.imports:
            if fact.target == qualified and not fact.scope and not fact.guard:
                if fact.is_module and "." in qualified and fact.local == qualified.split(".")[0]:
                    continue
                return fact.local
        return None

    def _free(self, name: str) -> str:
        """``name`` if nothing in the file binds it to something else (a v1 import that goes away doesn't count)."""
        taken = set(self.facts.bound) | set(self.requested.values())
        vanishing = {f.local for f in self.facts.imports if f.target.split(".")[0] in V1_ROOTS} - self.reserved
        candidate, number = name, 1
        while candidate in taken and candidate not in vanishing:
            candidate = (f"flyte_{name}" if name != "flyte" else "flyte_sdk") + (f"_{number}" if number > 1 else "")
            number += 1
        return candidate

    def imports_already(self, module: str, name: str, local: str) -> bool:
        """Whether an unguarded module-level import already binds ``local`` to ``module`` (or ``module.name``)."""
        wanted = f"{module}.{name}" if name else module
        for fact in self.facts.imports:
            if fact.scope or fact.guard or fact.local not in self._top_level_imports:
                continue
            if fact.target == wanted and fact.local == local:
                return True
        return not name and "." in module and module in self._dotted_imports

    # -- positions -----------------------------------------------------------------------------------------------

    @cached_property
    def sections(self) -> Sections:
        """The file's text by top-level statement."""
        return Sections(self.tree, self.text, self.facts.statements, self.facts.bodies)

    @cached_property
    def _positions(self) -> Positions:
        return Positions(self.sections, self._names_in, self.parents)

    def location(self, node: cst.CSTNode) -> tuple[int, int]:
        """(1-based line, 0-based column) of a node in the original source: of its first name or call, else its
        statement."""
        return self._positions.of(node)


# -- binders: what each kind of node binds in the scope around it
# --------------------------------------------------------


def _bind_target(
    scope: Scope, target: cst.CSTNode, node: cst.CSTNode, value: cst.BaseExpression | None, path: tuple[int, ...]
) -> None:
    if isinstance(target, cst.Name):
        kind = "unpack" if path else ("assign" if value is not None else "other")
        scope.bind(Binding(target.value, kind, node, value=value, path=path))  # type: ignore[arg-type]
    elif isinstance(target, (cst.Tuple, cst.List)):
        starred = any(isinstance(e, cst.StarredElement) for e in target.elements)
        for index, element in enumerate(target.elements):
            _bind_target(scope, element.value, node, None if starred else value, (*path, index))
    elif isinstance(target, cst.StarredElement):
        _bind_target(scope, target.value, node, None, path)


def _assign(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Assign)
    for target in node.targets:
        _bind_target(scope, target.target, node, node.value, ())


def _ann_assign(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.AnnAssign)
    _bind_target(scope, node.target, node, node.value, ())


def _aug_assign(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.AugAssign)
    _bind_target(scope, node.target, node, None, ())


def _named(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.NamedExpr)
    while isinstance(scope.node, _COMPREHENSION) and scope.parent is not None:
        scope = scope.parent
    _bind_target(scope, node.target, node, node.value, ())


def _target_of(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    _bind_target(scope, node.target, node, None, ())  # type: ignore[attr-defined]


def _as_name(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.AsName)
    _bind_target(scope, node.name, node, None, ())


def _definition(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, (cst.FunctionDef, cst.ClassDef))
    scope.bind(Binding(node.name.value, "def" if isinstance(node, cst.FunctionDef) else "class", node))


def _parameter(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Param)
    scope.bind(Binding(node.name.value, "parameter", node))


def _declared(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, (cst.Global, cst.Nonlocal))
    scope.outer.update(item.name.value for item in node.names)


def _deleted(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Del)
    _bind_target(scope, node.target, node, None, ())


def _captured(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    name = getattr(node, "name", None) or getattr(node, "rest", None)
    if isinstance(name, cst.Name):
        scope.bind(Binding(name.value, "other", node))


def _import(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.Import)
    for alias in node.names:
        dotted = dotted_name(alias.name)
        if alias.asname is not None:
            assert isinstance(alias.asname.name, cst.Name)
            scope.bind(Binding(alias.asname.name.value, "import", node, target=dotted))
        else:
            root = dotted.split(".")[0]
            scope.bind(Binding(root, "import", node, target=root))


def _import_from(view: FileView, node: cst.CSTNode, scope: Scope) -> None:
    assert isinstance(node, cst.ImportFrom)
    if isinstance(node.names, cst.ImportStar):
        return
    name = dotted_name(node.module) if node.module is not None else None
    source = absolute_import(view.facts.module, view.facts.is_package, len(node.relative), name)
    for alias in node.names:
        imported = dotted_name(alias.name)
        local = alias.asname.name.value if alias.asname is not None else imported  # type: ignore[union-attr]
        scope.bind(Binding(str(local), "import", node, target=f"{source}.{imported}" if source else imported))


def dotted_name(node: cst.CSTNode) -> str:
    """``a.b.c`` of a name or attribute chain; empty for any other expression."""
    kind = type(node)
    if kind is cst.Name:
        return node.value  # type: ignore[attr-defined, no-any-return]
    parts: list[str] = []
    while kind is cst.Attribute:
        assert isinstance(node, cst.Attribute)
        parts.append(node.attr.value)
        node = node.value
        kind = type(node)
    if kind is not cst.Name:
        return ""
    return ".".join([node.value, *reversed(parts)])  # type: ignore[attr-defined]


_BINDERS = {
    cst.Assign: _assign,
    cst.AnnAssign: _ann_assign,
    cst.AugAssign: _aug_assign,
    cst.NamedExpr: _named,
    cst.For: _target_of,
    cst.CompFor: _target_of,
    cst.AsName: _as_name,
    cst.FunctionDef: _definition,
    cst.ClassDef: _definition,
    cst.Param: _parameter,
    cst.Global: _declared,
    cst.Nonlocal: _declared,
    cst.Del: _deleted,
    cst.MatchAs: _captured,
    cst.MatchStar: _captured,
    cst.MatchMapping: _captured,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
}
