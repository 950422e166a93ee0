"""``ast`` → :class:`ModuleFacts`: pure, per file, picklable, in one walk.

A name counts as v1 only if it is bound by an import of a v1 package in the scope that Python would look it up in; a
local variable called ``task`` is left alone.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.project import imperative
from flyte_migrate.project.facts import (
    Argument,
    Class,
    Decorator,
    EnvironmentFact,
    Field,
    Function,
    Guard,
    Ignore,
    ImperativeWorkflow,
    Import,
    Maker,
    ModuleFacts,
    NameUse,
    Parameter,
    Todo,
    Variable,
)
from flyte_migrate.project.source import checksum, source_lines
from flyte_migrate.project.values import value_flow

TODO_COMMENT = re.compile(r"#\s*TODO\(flyte-migrate (FM\d{3})\)")
IGNORE_COMMENT = re.compile(r"#\s*flyte-migrate:\s*ignore(?:\[([^\]]*)\])?")
SKIP_FILE_COMMENT = re.compile(r"#\s*flyte-migrate:\s*skip-file")

#: Functions that import, or look for, the module that their first argument names.
IMPORTERS = frozenset({"importlib.import_module", "__import__", "pytest.importorskip", "importlib.util.find_spec"})

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})


@dataclass
class _Scope:
    """Names bound in one lexical scope: import target, qualified name of a module-level object, or None for anything
    else."""

    key: str
    is_class: bool = False
    names: dict[str, str | None] = field(default_factory=dict)


def index_module(
    path: str, module: str, text: str, is_package: bool = False, known: Mapping[str, str] | None = None
) -> ModuleFacts:
    """The facts of one module's source text. Raises SyntaxError (or ValueError for a null byte) if it does not
    parse, RecursionError if it is nested too deeply.

    ``known`` are qualified names for what the module imports, or gets from a star import, where its own text does not
    say as much (:meth:`flyte_migrate.project.link.ProjectIndex.handed_on`).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except MemoryError as error:  # what CPython calls an overflow of its parser's stack
            raise RecursionError(str(error)) from error
    indexer = _Indexer(path, module, is_package, known or {})
    indexer.has_walrus = ":=" in text
    indexer.loads_by_name = any(loader.rpartition(".")[2] in text for loader in IMPORTERS)
    indexer.run(tree, text)
    todos, ignores, skip = _comments(text)
    lines = source_lines(text)
    return ModuleFacts(
        path=path,
        module=module,
        is_package=is_package,
        imports=tuple(indexer.imports),
        star_imports=tuple(indexer.stars),
        functions=tuple(indexer.functions),
        variables=tuple(indexer.variables.values()),
        classes=tuple(indexer.classes),
        environments=tuple(indexer.environments),
        imperative=tuple(indexer.imperative),
        bound=frozenset(indexer.bound),
        uses=tuple(sorted(indexer.uses, key=lambda use: (use.line, use.column))),
        todos=todos,
        ignores=ignores,
        skip_file=skip,
        string_all=indexer.string_all,
        checksum=checksum(text),
        statements=_first_lines(tree.body, lines),
        bodies=_first_lines([body[0] if (body := getattr(s, "body", None)) else None for s in tree.body], lines),
        caught=frozenset(indexer.caught),
    )


def _parts(node: ast.AST) -> list[ast.AST]:
    """``ast.iter_child_nodes`` without contexts and operators, at a third of its cost."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and value._fields:
            found.append(value)
    return found


def _first_lines(statements: Iterable[ast.stmt | None], lines: Sequence[str]) -> tuple[int, ...]:
    """The line on which each statement begins, with the ``@`` of its first decorator; 0 for none."""
    found: list[int] = []
    for statement in statements:
        line = statement.lineno if statement is not None else 0
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        if decorators:
            line = min(line, decorators[0].lineno)
            while line > 1 and not lines[line - 1].lstrip().startswith("@"):
                line -= 1  # `@(`, and the expression on the next line
        found.append(line)
    return tuple(found)


def absolute_import(module: str, is_package: bool, level: int, name: str | None) -> str:
    """The absolute module of ``from <level dots><name> import …`` written in ``module``."""
    if not level:
        return name or ""
    parts = module.split(".")
    keep = len(parts) - level + (1 if is_package else 0)
    base = parts[: max(keep, 0)]
    return ".".join([*base, name] if name else base)


def _comments(text: str) -> tuple[tuple[Todo, ...], tuple[Ignore, ...], bool]:
    if "flyte-migrate" not in text:
        return (), (), False
    todos: list[Todo] = []
    ignores: list[Ignore] = []
    skip = False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type != tokenize.COMMENT:
                continue
            line, column = token.start
            if match := TODO_COMMENT.search(token.string):
                todos.append(Todo(line, column, match[1]))
            if match := IGNORE_COMMENT.search(token.string):
                codes = tuple(code.strip() for code in (match[1] or "").split(",") if code.strip())
                ignores.append(Ignore(line, codes))
            skip = skip or bool(SKIP_FILE_COMMENT.search(token.string))
    except (tokenize.TokenError, IndentationError):
        pass  # the text parsed, so only the tokenizer's stricter view of odd newlines can end up here
    return tuple(todos), tuple(ignores), skip


def bound_names(body: list[ast.stmt], walrus: bool = True) -> Iterator[tuple[str, ast.AST]]:
    """Every (name, binding node) that the statements bind in their own scope, nested blocks included.

    A name declared global or nonlocal comes with its declaration. ``walrus`` says whether the source has any ``:=``;
    looking for them costs more than everything else here.
    """
    for stmt in body:
        if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield stmt.name, stmt
        elif isinstance(stmt, (ast.Import, ast.ImportFrom)):
            for alias in stmt.names:
                if alias.name != "*":
                    yield alias.asname or alias.name.split(".")[0], stmt
            continue
        elif isinstance(stmt, (ast.Global, ast.Nonlocal)):
            for name in stmt.names:
                yield name, stmt
        elif isinstance(stmt, (ast.Assign, ast.Delete)):
            for target in stmt.targets:
                yield from _stored(target, stmt)
        elif isinstance(stmt, (ast.AugAssign, ast.AnnAssign, ast.For, ast.AsyncFor)):
            yield from _stored(stmt.target, stmt)
        elif isinstance(stmt, (ast.With, ast.AsyncWith)):
            for item in stmt.items:
                if item.optional_vars is not None:
                    yield from _stored(item.optional_vars, stmt)
        elif isinstance(stmt, (ast.Try, _TRY_STAR)):
            for handler in stmt.handlers:
                if handler.name:
                    yield handler.name, handler
                yield from bound_names(handler.body, walrus)
        elif isinstance(stmt, ast.Match):
            for case in stmt.cases:
                yield from _captures(case.pattern)
                yield from bound_names(case.body, walrus)
        if isinstance(stmt, _BLOCKS):
            for name in ("body", "orelse", "finalbody"):
                yield from bound_names(getattr(stmt, name, []), walrus)
        if walrus:
            yield from _walrus(stmt)


_TRY_STAR = getattr(ast, "TryStar", ast.Try)  # `except*`, from Python 3.11
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, _TRY_STAR)


def _stored(node: ast.AST, binder: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Names that an assignment target binds."""
    if isinstance(node, ast.Name):
        yield node.id, binder
    elif isinstance(node, (ast.Tuple, ast.List)):
        for item in node.elts:
            yield from _stored(item, binder)
    elif isinstance(node, ast.Starred):
        yield from _stored(node.value, binder)


def _walrus(stmt: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    """Names bound by ``:=`` in the statement's own expressions (those of nested statements are found with them)."""
    stack: list[ast.AST] = [stmt]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.NamedExpr):
            yield item.target.id, item
        if item is not stmt and isinstance(item, (ast.stmt, ast.Lambda, ast.ExceptHandler, ast.match_case)):
            continue
        if item is stmt and isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            stack.extend(item.decorator_list)
            continue
        stack.extend(ast.iter_child_nodes(item))


def _captures(pattern: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for item in ast.walk(pattern):
        name = getattr(item, "name", None) or getattr(item, "rest", None)
        if isinstance(name, str):
            yield name, item


class _Indexer:
    def __init__(self, path: str, module: str, is_package: bool, known: Mapping[str, str]) -> None:
        self.path, self.module, self.is_package, self.known = path, module, is_package, known
        self.reached = {name: behind for name, behind in known.items() if "." in name}
        self.imports: list[Import] = []
        self.stars: list[str] = []
        self.handling: set[str] = set()  # functions with an `except` clause that names a class
        self.functions: list[Function] = []
        self.variables: dict[str, Variable] = {}
        self.classes: list[Class] = []
        self.environments: list[EnvironmentFact] = []
        self.imperative: list[ImperativeWorkflow] = []
        self.bound: set[str] = set()
        self.uses: list[NameUse] = []
        self.string_all: tuple[str, ...] = ()
        self.caught: set[str] = set()
        self.scopes: list[_Scope] = []
        self.refers: list[set[str]] = []
        self.calls: list[set[str]] = []
        self.run_to_the_end: set[ast.AST] = set()  # calls that are arguments of asyncio.run
        self.counts: dict[str, int] = {}
        self.fallbacks = 0  # how many `except ImportError` the statement at hand stands in
        self.has_walrus = True
        self.loads_by_name = True

    # -- scopes ------------------------------------------------------------------------------------------------

    def run(self, tree: ast.Module, text: str) -> None:
        self.scopes.append(_Scope(""))
        self._bind(tree.body, "")
        names = self.scopes[0].names
        imported = {fact.local for fact in self.imports}
        names.update((name, behind) for name, behind in self.known.items() if name not in names or name in imported)
        self._block(tree.body, "")
        if imperative.MARK in text:
            self.imperative += imperative.imperative_workflows(tree, self.resolve)
        self.scopes.pop()

    def _bind(self, body: list[ast.stmt], guard: Guard) -> None:
        """Enter all names that ``body`` binds into the innermost scope."""
        scope = self.scopes[-1]
        bindings: dict[str, list[ast.AST]] = {}
        for name, binder in bound_names(body, self.has_walrus):
            bindings.setdefault(name, []).append(binder)
        self._enter_imports(body, guard)
        for name, binders in bindings.items():
            self.bound.add(name)
            if name in scope.names and scope.names[name] is not None:
                others = [b for b in binders if not isinstance(b, (ast.Import, ast.ImportFrom))]
                # `try: from flytekit import x` / `except ImportError: x = None` still means flytekit's x.
                if others and not all(_in_import_fallback(body, other) for other in others):
                    scope.names[name] = None
            elif not scope.key and not scope.is_class:
                scope.names[name] = f"{self.module}.{name}" if self.module else name
            else:
                scope.names[name] = None
        for name, binders in bindings.items() if scope.key else ():
            if any(isinstance(b, (ast.Global, ast.Nonlocal)) for b in binders):
                scope.names.pop(name, None)

    def _enter_imports(self, body: list[ast.stmt], guard: Guard) -> None:
        for stmt in body:
            if isinstance(stmt, ast.Import):
                for alias in stmt.names:
                    local = alias.asname or alias.name.split(".")[0]
                    target = alias.name if alias.asname else local
                    self._add_import(Import(local, target, stmt.lineno, self.scopes[-1].key, guard, True, alias.name))
                    if alias.name.split(".")[0] in V1_ROOTS:
                        self._use(alias.name, alias, is_import=True)
            elif isinstance(stmt, ast.ImportFrom):
                source = absolute_import(self.module, self.is_package, stmt.level, stmt.module)
                for alias in stmt.names:
                    is_v1 = source.split(".")[0] in V1_ROOTS and not stmt.level
                    if alias.name == "*":
                        self.stars.append(source)
                        if is_v1:
                            self._use(f"{source}.*", alias, is_import=True)
                        continue
                    target = f"{source}.{alias.name}" if source else alias.name
                    self._add_import(
                        Import(alias.asname or alias.name, target, stmt.lineno, self.scopes[-1].key, guard)
                    )
                    behind = target if is_v1 else self.known.get(alias.asname or alias.name, "")
                    if behind.split(".")[0] in V1_ROOTS:
                        self._use(behind, alias, is_import=True)
            elif isinstance(stmt, ast.If):
                inner: Guard = "type_checking" if _is_type_checking(stmt.test) else guard
                self._enter_imports(stmt.body, inner)
                self._enter_imports(stmt.orelse, guard)
            elif isinstance(stmt, ast.Try):
                inner = "try" if any(_catches_import_error(h) for h in stmt.handlers) else guard
                for part in (stmt.body, stmt.orelse, stmt.finalbody):
                    self._enter_imports(part, inner)
                for handler in stmt.handlers:
                    self._enter_imports(handler.body, inner)
            elif isinstance(stmt, (ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)):
                self._enter_imports(stmt.body, guard)
                self._enter_imports(getattr(stmt, "orelse", []), guard)

    def _add_import(self, fact: Import) -> None:
        self.imports.append(fact)
        self.bound.add(fact.local)
        names = self.scopes[-1].names
        old = names.get(fact.local)
        # Of two imports of one name (try/except, version switches) the v1 one decides what the tool has to look at.
        if old is None or old.split(".")[0] not in V1_ROOTS:
            names[fact.local] = fact.target

    def lookup(self, name: str) -> str | None:
        for depth, scope in enumerate(reversed(self.scopes)):
            if scope.is_class and depth:
                continue
            if name in scope.names:
                return scope.names[name]
        for source in self.stars:
            if source.split(".")[0] in V1_ROOTS and name in star_exports(source):
                return f"{source}.{name}"
        return None

    def resolve(self, node: ast.AST) -> str | None:
        """The qualified name of a name or attribute chain, None for anything that is not statically known."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        root = self.lookup(node.id)
        if root is not None and self.reached:
            path = [node.id, *reversed(attributes)]
            for length in range(len(path), 1, -1):
                behind = self.reached.get(".".join(path[:length]))
                if behind is not None:
                    return ".".join([behind, *path[length:]])
        return ".".join([root, *reversed(attributes)]) if root else None

    # -- statements --------------------------------------------------------------------------------------------

    def _block(self, body: list[ast.stmt], enclosing: str) -> None:
        for stmt in body:
            self._statement(stmt, enclosing)

    def _statement(self, stmt: ast.stmt, enclosing: str) -> None:
        if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._function(stmt, enclosing)
        elif isinstance(stmt, ast.ClassDef):
            self._class(stmt, enclosing)
        elif isinstance(stmt, (ast.Import, ast.ImportFrom)):
            return
        else:
            if not enclosing:
                self._module_assignment(stmt)
            for name, value in ast.iter_fields(stmt):
                if name in ("body", "orelse", "finalbody"):
                    self._block(value, enclosing)
                elif name == "handlers":
                    for handler in value:
                        if handler.type is not None:
                            self._expression(handler.type)
                            self._caught(handler.type)
                            self.handling.add(enclosing)
                        self.fallbacks += _catches_import_error(handler)
                        self._block(handler.body, enclosing)
                        self.fallbacks -= _catches_import_error(handler)
                elif name == "cases":
                    for case in value:
                        self._expression(case.pattern)
                        if case.guard is not None:
                            self._expression(case.guard)
                        self._block(case.body, enclosing)
                elif name == "annotation":
                    self._annotation(value)
                elif isinstance(value, ast.AST):
                    self._expression(value)
                elif isinstance(value, list):
                    for item in value:
                        if isinstance(item, ast.AST):
                            self._expression(item)

    def _caught(self, node: ast.expr) -> None:
        for item in node.elts if isinstance(node, ast.Tuple) else [node]:
            if isinstance(item, (ast.Name, ast.Attribute)):
                self.caught.add(self.resolve(item) or ast.unparse(item))

    def _key(self, name: str, enclosing: str) -> str:
        qualified = f"{enclosing}.{name}" if enclosing else name
        count = self.counts.get(qualified, 0)
        self.counts[qualified] = count + 1
        return f"{qualified}#{count}" if count else qualified

    def _function(self, node: _FunctionNode, enclosing: str) -> None:
        key = self._key(node.name, enclosing)
        for decorator in node.decorator_list:
            self._expression(decorator)
        decorators = tuple(self._decorator(d) for d in node.decorator_list)
        arguments = node.args
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)):
            self._expression(default)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
        for arg in every:
            self._annotation(arg.annotation)
        self._annotation(node.returns)
        scope = _Scope(key)
        for arg in every:
            scope.names[arg.arg] = None
            self.bound.add(arg.arg)
        self.scopes.append(scope)
        self.refers.append(set())
        self.calls.append(set())
        self._bind(node.body, "")
        self._block(node.body, key)
        maker = None if enclosing or isinstance(node, ast.AsyncFunctionDef) else self._maker(node)
        refers, calls = self.refers.pop(), self.calls.pop()
        flow = value_flow(node, self.resolve)
        self.scopes.pop()
        if self.refers:
            self.refers[-1] |= refers
            self.calls[-1] |= calls
        self.functions.append(
            Function(
                key=key,
                name=node.name,
                line=node.lineno,
                parameters=_parameters(arguments),
                returns=ast.unparse(node.returns) if node.returns is not None else None,
                is_async=isinstance(node, ast.AsyncFunctionDef),
                decorators=decorators,
                refers=tuple(sorted(refers)),
                calls=tuple(sorted(calls)),
                enclosing=enclosing,
                has_value_return=_returns_value(node),
                handles=key in self.handling,
                maker=maker,
                changes=flow.changes,
                shares=flow.shares,
                hands_over=flow.hands_over,
            )
        )

    def _decorator(self, node: ast.expr) -> Decorator:
        if isinstance(node, ast.Call):
            return Decorator(
                self.resolve(node.func) or "",
                node.lineno,
                True,
                tuple(self._argument("", a) for a in node.args),
                tuple(self._argument(k.arg or "**", k.value) for k in node.keywords),
            )
        return Decorator(self.resolve(node) or "", node.lineno)

    def _maker(self, node: ast.FunctionDef) -> Maker | None:
        """What a function makes that only calls a decorator: see :class:`Maker`."""
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        if not body or len(body) > 2 or not isinstance(body[-1], ast.Return):
            return None
        parameters = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        value, first = body[-1].value, body[0]
        if len(body) == 1:
            return self._made(value, parameters[:1])
        if isinstance(first, ast.FunctionDef) and isinstance(value, ast.Name) and value.id == first.name:
            inner = first.args
            names = [a.arg for a in inner.args]
            if len(names) != 1 or len(first.body) != 1 or first.decorator_list or inner.vararg or inner.kwarg:
                return None
            made = self._made(first.body[0].value, names) if isinstance(first.body[0], ast.Return) else None
            return Maker(made.decorator) if made is not None and made.function else None
        if isinstance(first, ast.If) and parameters and _asks_for_none(first.test, parameters[0]):
            made = self._made(value, parameters[:1])
            same = len(first.body) == 1 and not first.orelse and isinstance(first.body[0], ast.Return)
            other = first.body[0].value if same and isinstance(first.body[0], ast.Return) else None
            if made is not None and made.function and _is_deferred(node, other, value):
                return Maker(made.decorator, made.function, called=True)
        return None

    def _made(self, call: ast.expr | None, parameters: Sequence[str]) -> Maker | None:
        """The decorator that an expression calls, and which of the parameters it is applied to."""
        if not isinstance(call, ast.Call):
            return None
        given = call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else ""
        if isinstance(call.func, ast.Call):
            if given not in parameters or len(call.args) != 1 or call.keywords:
                return None
            decorator = self._decorator(call.func)
        else:
            decorator = self._decorator(call)
            if given in parameters:
                decorator = replace(decorator, positional=decorator.positional[1:])
        if not decorator.name:
            return None
        return Maker(decorator, given, called=False) if given in parameters else Maker(decorator)

    def _argument(self, keyword: str, value: ast.expr) -> Argument:
        names = sorted({n.id for n in ast.walk(value) if isinstance(n, ast.Name)})
        call = self.resolve(value.func) if isinstance(value, ast.Call) else None
        return Argument(keyword, ast.unparse(value), tuple(names), self.resolve(value) or "", call or "")

    def _class(self, node: ast.ClassDef, enclosing: str) -> None:
        for expr in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self._expression(expr)
        key = self._key(node.name, enclosing)
        bases = tuple(self.resolve(b.func if isinstance(b, ast.Call) else b) or ast.unparse(b) for b in node.bases)
        fields = tuple(
            Field(s.target.id, ast.unparse(s.annotation))
            for s in node.body
            if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
        )
        named_tuple = any(base in _NAMED_TUPLE for base in bases)
        if named_tuple and not fields:
            for base in node.bases:
                fields = fields or self._functional_fields(base)
        decorators = tuple(self._decorator(d).name for d in node.decorator_list)
        if not enclosing:
            constants = () if any(base.endswith("Enum") for base in bases) else tuple(self._constants(node))
            self.classes.append(Class(node.name, node.lineno, bases, fields, decorators, named_tuple, constants))
        scope = _Scope(key, is_class=True)
        self.scopes.append(scope)
        self._bind(node.body, "")
        self._block(node.body, key)
        self.scopes.pop()

    def _constants(self, node: ast.ClassDef) -> Iterator[Variable]:
        """What the class body assigns once, where the value does not read the class's own names."""
        stored = Counter(name for name, _ in bound_names(node.body, self.has_walrus))
        for stmt in node.body:
            if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 and isinstance(stmt.targets[0], ast.Name):
                name = stmt.targets[0].id
                read = {n.id for n in ast.walk(stmt.value) if isinstance(n, ast.Name)}
                if stored[name] == 1 and not read & stored.keys():
                    yield Variable(f"{node.name}.{name}", stmt.lineno, ast.unparse(stmt.value))

    def _module_assignment(self, stmt: ast.stmt) -> None:
        if isinstance(stmt, ast.Assign) and len(stmt.targets) == 1 and isinstance(stmt.targets[0], ast.Name):
            name, value = stmt.targets[0].id, stmt.value
        elif isinstance(stmt, ast.AnnAssign) and isinstance(stmt.target, ast.Name) and stmt.value is not None:
            name, value = stmt.target.id, stmt.value
        else:
            return
        if name == "__all__" and isinstance(value, (ast.List, ast.Tuple)):
            self.string_all = tuple(
                e.value for e in value.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)
            )
        call = self.resolve(value.func) or "" if isinstance(value, ast.Call) else ""
        positional: tuple[Argument, ...] = ()
        arguments: tuple[Argument, ...] = ()
        if isinstance(value, ast.Call):
            positional = tuple(self._argument("", a) for a in value.args)
            arguments = tuple(self._argument(k.arg or "**", k.value) for k in value.keywords)
            fields = self._functional_fields(value)
            if fields:
                self.classes.append(Class(name, stmt.lineno, (call,), fields, (), True))
            if call == "flyte.TaskEnvironment" or call.startswith("flyte.TaskEnvironment."):
                self._environment(name, value, stmt.lineno)
        refers = {r for n in ast.walk(value) if isinstance(n, (ast.Name, ast.Attribute)) and (r := self.resolve(n))}
        rebound = name in self.variables
        if rebound and self.fallbacks:
            return  # `except ImportError: task = None` says nothing of a module that has what it imports
        self.variables[name] = Variable(
            name,
            stmt.lineno,
            ast.unparse(value),
            call,
            positional,
            arguments,
            tuple(sorted(refers)),
            rebound,
            self._entries(value),
            self._applied(value),
            self.resolve(value) or "",
        )

    def _applied(self, value: ast.expr) -> Decorator | None:
        if (
            isinstance(value, ast.Call)
            and len(value.args) == 1
            and not value.keywords
            and isinstance(value.args[0], ast.Name)
        ):
            return self._decorator(value.func)
        return None

    def _entries(self, value: ast.expr) -> tuple[Argument, ...]:
        """The items of a dictionary that may be unpacked into a decorator."""
        if isinstance(value, ast.Dict):
            pairs = [(k.value, v) for k, v in zip(value.keys, value.values, strict=True) if isinstance(k, ast.Constant)]
            if (
                pairs
                and len(pairs) == len(value.keys)
                and all(isinstance(k, str) and k.isidentifier() for k, _ in pairs)
            ):
                return tuple(self._argument(str(k), v) for k, v in pairs)
        elif (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id == "dict"
            and not value.args
            and all(k.arg for k in value.keywords)
        ):
            return tuple(self._argument(str(k.arg), k.value) for k in value.keywords)
        return ()

    def _environment(self, variable: str, call: ast.Call, line: int) -> None:
        name = ""
        depends: tuple[str, ...] = ()
        for value in call.args[:1]:
            name = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
        for keyword in call.keywords:
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                name = str(keyword.value.value)
            elif keyword.arg == "depends_on" and isinstance(keyword.value, (ast.List, ast.Tuple)):
                depends = tuple(self.resolve(e) or "" for e in keyword.value.elts)
        self.environments.append(EnvironmentFact(variable, name, line, depends))

    def _functional_fields(self, node: ast.expr) -> tuple[Field, ...]:
        """Fields of ``NamedTuple("N", [("a", int)])``, ``NamedTuple("N", a=int)`` and ``namedtuple("N", "a b")``."""
        if not isinstance(node, ast.Call) or self.resolve(node.func) not in _NAMED_TUPLE or not node.args:
            return ()
        if len(node.args) > 1 and isinstance(node.args[1], (ast.List, ast.Tuple)):
            pairs = [e for e in node.args[1].elts if isinstance(e, ast.Tuple) and len(e.elts) == 2]
            if pairs:
                return tuple(Field(str(ast.literal_eval(p.elts[0])), ast.unparse(p.elts[1])) for p in pairs)
            names = [e.value for e in node.args[1].elts if isinstance(e, ast.Constant)]
            return tuple(Field(str(n), "Any") for n in names)
        if len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            return tuple(Field(n, "Any") for n in str(node.args[1].value).replace(",", " ").split())
        return tuple(Field(k.arg, ast.unparse(k.value)) for k in node.keywords if k.arg)

    # -- expressions -------------------------------------------------------------------------------------------

    def _annotation(self, node: ast.AST | None) -> None:
        if node is None:
            return
        self._expression(node)
        plain: set[ast.AST] = set()  # strings that are no names of types
        for item in ast.walk(node):
            if isinstance(item, ast.Subscript):
                plain.update(_values_in(item))
            if item not in plain and isinstance(item, ast.Constant) and isinstance(item.value, str):
                try:
                    inner = ast.parse(item.value.strip(), mode="eval").body
                except (SyntaxError, ValueError):
                    continue
                for name in ast.walk(inner):
                    if isinstance(name, (ast.Name, ast.Attribute)):
                        ast.copy_location(name, item)
                self._expression(inner)

    def _expression(self, node: ast.AST) -> None:
        """Record the v1 uses and the references in an expression, comprehension and lambda scopes included."""
        kind = type(node)
        if kind is ast.Constant:
            return
        if kind is ast.Name or kind is ast.Attribute:
            assert isinstance(node, (ast.Name, ast.Attribute))
            name = self.resolve(node)
            if name is not None:
                if self.refers:
                    self.refers[-1].add(name)
                if name.split(".")[0] in V1_ROOTS:
                    self._use(name, node)
                return
            if isinstance(node, ast.Attribute):
                self._expression(node.value)
            return
        if kind in _COMPREHENSIONS:
            assert isinstance(node, _Comprehension)
            self.scopes.append(_Scope("<comprehension>"))
            for generator in node.generators:
                for name, _ in _stored(generator.target, generator):
                    self.scopes[-1].names[name] = None
                    self.bound.add(name)
            for child in _parts(node):
                self._expression(child)
            self.scopes.pop()
            return
        if isinstance(node, ast.Call):
            if self.calls:
                self._call(node)
            if self.loads_by_name:
                self._import_by_name(node)
        if isinstance(node, ast.Lambda):
            self.scopes.append(_Scope("<lambda>"))
            for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                self.scopes[-1].names[arg.arg] = None
                self.bound.add(arg.arg)
        for child in _parts(node):
            self._expression(child)
        if isinstance(node, ast.Lambda):
            self.scopes.pop()

    def _call(self, node: ast.Call) -> None:
        name = self.resolve(node.func)
        if name == "asyncio.run":
            self.run_to_the_end.update(node.args)
        elif name is not None and node not in self.run_to_the_end:
            self.calls[-1].add(name)

    def _import_by_name(self, node: ast.Call) -> None:
        loader = "__import__" if isinstance(node.func, ast.Name) and node.func.id == "__import__" else ""
        loader = loader or self.resolve(node.func) or ""
        if loader in IMPORTERS and node.args and isinstance(node.args[0], ast.Constant):
            name = node.args[0].value
            if isinstance(name, str) and name.split(".")[0] in V1_ROOTS:
                self._use(name, node.args[0], is_import=True)

    def _use(self, name: str, node: ast.AST, is_import: bool = False) -> None:
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        self.uses.append(NameUse(name, line, column, getattr(node, "end_col_offset", None) or column, is_import))


_NAMED_TUPLE = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple", "collections.namedtuple"})


def _parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    positional = [*arguments.posonlyargs, *arguments.args]
    padding: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    for arg, default in zip(positional, [*padding, *arguments.defaults], strict=True):
        found.append(_parameter(arg, default, "positional"))
    if arguments.vararg:
        found.append(Parameter(arguments.vararg.arg, kind="var_positional"))
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(_parameter(arg, default, "keyword"))
    if arguments.kwarg:
        found.append(Parameter(arguments.kwarg.arg, kind="var_keyword"))
    return tuple(found)


def _parameter(arg: ast.arg, default: ast.expr | None, kind: str) -> Parameter:
    annotation = ast.unparse(arg.annotation) if arg.annotation is not None else None
    return Parameter(arg.arg, annotation, ast.unparse(default) if default is not None else None, kind)  # type: ignore[arg-type]


def _values_in(node: ast.Subscript) -> list[ast.AST]:
    """The constants of ``Literal["a", "b"]`` and of what ``Annotated[T, "note"]`` adds."""
    name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    values = items if name == "Literal" else items[1:] if name == "Annotated" else []
    return [part for value in values for part in ast.walk(value) if isinstance(part, ast.Constant)]


def _asks_for_none(test: ast.expr, name: str) -> bool:
    """Whether a condition is ``name is None`` or ``not name``."""
    return ast.unparse(test) in (f"{name} is None", f"not {name}")


def _is_deferred(node: ast.FunctionDef, made: ast.expr | None, applied: ast.expr | None) -> bool:
    """Whether ``made`` gives the decorator that ``applied`` applies at once: a lambda over the same call, the call
    without its function, or ``partial`` of the function at hand with all its settings."""
    if isinstance(made, ast.Lambda):
        made = made.body
    if not isinstance(made, ast.Call) or not isinstance(applied, ast.Call):
        return False

    def settings(call: ast.Call) -> list[tuple[str | None, str]]:
        call = call.func if isinstance(call.func, ast.Call) else call
        return [(k.arg, ast.unparse(k.value)) for k in call.keywords]

    callee = ast.unparse(made.func)
    if callee == node.name or (callee in ("partial", "functools.partial") and ast.unparse(made.args[0]) == node.name):
        arguments = node.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:] + [a.arg for a in arguments.kwonlyargs]
        passed = {(name, name) for name in names} | ({(None, arguments.kwarg.arg)} if arguments.kwarg else set())
        return set(settings(made)) == passed
    return settings(made) == settings(applied)


def _returns_value(node: _FunctionNode) -> bool:
    stack: list[ast.AST] = list(node.body)
    while stack:
        item = stack.pop()
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(item, ast.Return) and not (
            item.value is None or (isinstance(item.value, ast.Constant) and item.value.value is None)
        ):
            return True
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            stack.extend(getattr(item, name, ()))
    return False


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(t, ast.Name) and t.id in ("ImportError", "ModuleNotFoundError", "Exception") for t in types)


def _in_import_fallback(body: list[ast.stmt], binder: ast.AST) -> bool:
    for stmt in body:
        if isinstance(stmt, ast.Try):
            for handler in stmt.handlers:
                if _catches_import_error(handler) and any(item is binder for item in ast.walk(handler)):
                    return True
    return False


def star_exports(source: str) -> frozenset[str]:
    """Names that ``from <v1 module> import *`` binds, as far as the mapping table knows the module."""
    from flyte_migrate.mapping import table

    known = table()
    prefix = source + "."
    names = {*known.rows, *known.aliases}
    return frozenset(n[len(prefix) :] for n in names if n.startswith(prefix) and "." not in n[len(prefix) :])
