"""Facts about one module, as read from its ``ast``: frozen, picklable, without any tree.

Names are resolved as far as the module alone allows: ``flytekit.task`` for an imported name, ``<module>.<name>`` for
one defined at its top level. The link step follows them across modules.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Guard = Literal["", "type_checking", "try"]


@dataclass(frozen=True)
class NameUse:
    """One occurrence of a v1 name. ``line`` is 1-based; columns are 0-based UTF-8 offsets as ``ast`` gives them."""

    name: str
    line: int
    column: int
    end_column: int
    is_import: bool


@dataclass(frozen=True)
class Todo:
    """A ``# TODO(flyte-migrate FMnnn)`` comment left by an earlier run."""

    line: int
    column: int
    code: str


@dataclass(frozen=True)
class Ignore:
    """A ``# flyte-migrate: ignore[FM104]`` comment; empty ``codes`` means all."""

    line: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Import:
    """One imported name: ``local`` is bound to ``target`` (``package.module`` or ``package.module.name``)."""

    local: str
    target: str
    line: int
    scope: str = ""  # qualified name of the enclosing function, empty at module level
    guard: Guard = ""
    is_module: bool = False  # `import a.b` (binds the root) or `import a.b as c`
    loaded: str = ""  # the module that such an import loads


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function; ``annotation`` and ``default`` are source text as ``ast.unparse`` writes it."""

    name: str
    annotation: str | None = None
    default: str | None = None
    kind: Literal["positional", "keyword", "var_positional", "var_keyword"] = "positional"


@dataclass(frozen=True)
class Argument:
    """An argument of a decorator or configuration call: its source text, the names it reads, what it (or its callee)
    resolves to."""

    keyword: str  # empty for a positional one, `**` for an unpacked mapping
    text: str
    names: tuple[str, ...] = ()
    resolved: str = ""
    call: str = ""


@dataclass(frozen=True)
class Decorator:
    """A decorator: its resolved name and, for a call, the arguments."""

    name: str
    line: int
    is_call: bool = False
    positional: tuple[Argument, ...] = ()
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True)
class Maker:
    """What a function returns that does nothing but call a decorator: ``return task(retries=2, **settings)``.

    ``decorator`` has the arguments in terms of the function's parameters. ``function`` is the parameter that the
    decorator is applied to; ``called`` says whether the function makes a decorator when called without it.
    """

    decorator: Decorator
    function: str = ""
    called: bool = True


@dataclass(frozen=True)
class HandOver:
    """An argument: a value that a function gives to another one.

    Values are those that a function has under names of its own: its parameters by name, all others numbered. ``values``
    are those that the argument may be, ``result`` is what the call gives.
    """

    callee: str
    parameter: str | int  # the keyword, or the position
    values: tuple[str, ...]
    result: str


@dataclass(frozen=True)
class Function:
    """A function (or method) with its decorators, outermost first.

    ``key`` is the qualified name plus ``#n`` for the n-th redefinition, which the rewriting side computes in the same
    way.
    ``refers`` are the resolved names its body mentions, nested functions included; ``calls`` those it calls, apart from
    calls that are handed to ``asyncio.run``. ``maker`` is set at module level only.
    ``changes`` are the parameters whose value it changes in place, ``shares`` the values (see :class:`HandOver`) that
    it reads more than once.
    """

    key: str
    name: str
    line: int
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None
    is_async: bool = False
    decorators: tuple[Decorator, ...] = ()
    refers: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    enclosing: str = ""  # key of the enclosing function or class, empty at module level
    has_value_return: bool = False
    handles: bool = False  # an `except` clause of its own names a class
    maker: Maker | None = None
    changes: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    hands_over: tuple[HandOver, ...] = ()


@dataclass(frozen=True)
class Variable:
    """A module-level ``name = <expression>``.

    ``call`` is the resolved callee when the expression is a call, ``refers`` the resolved names in the expression,
    ``entries`` the items of a dictionary with constant string keys (a display, or a call of ``dict``), ``applies`` the
    decorator in ``name = decorator(function)`` (the function is the one positional argument), ``alias`` what the
    expression resolves to when it is but a name or an attribute chain.
    """

    name: str
    line: int
    text: str
    call: str = ""
    positional: tuple[Argument, ...] = ()
    arguments: tuple[Argument, ...] = ()
    refers: tuple[str, ...] = ()
    rebound: bool = False
    entries: tuple[Argument, ...] = ()
    applies: Decorator | None = None
    alias: str = ""


@dataclass(frozen=True)
class Field:
    """A field of a NamedTuple or an annotated class attribute."""

    name: str
    annotation: str


@dataclass(frozen=True)
class Class:
    """A class: its resolved bases and annotated attributes. NamedTuples in functional form are listed too.

    ``constants`` are what its body assigns once, in terms of the module (``name`` is ``Class.attribute``).
    """

    name: str
    line: int
    bases: tuple[str, ...]
    fields: tuple[Field, ...]
    decorators: tuple[str, ...] = ()
    is_named_tuple: bool = False
    constants: tuple[Variable, ...] = ()


@dataclass(frozen=True)
class EnvironmentFact:
    """A ``TaskEnvironment`` that already stands in the source (hand-written, or from an earlier run)."""

    variable: str
    name: str  # empty when it is not a literal
    line: int
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class AddedTask:
    """A task added to an imperative workflow: the variable of its node (or empty), what it resolves to."""

    node: str
    entity: str


@dataclass(frozen=True)
class WorkflowOutput:
    """An output of an imperative workflow: ``output`` of ``node``, or the input of that name where ``node`` is
    empty."""

    name: str
    annotation: str  # empty where the type is that of its source
    node: str
    output: str


@dataclass(frozen=True)
class ImperativeWorkflow:
    """``variable = Workflow(name)`` and everything that is added to it, all of it understood."""

    variable: str
    inputs: tuple[Parameter, ...]
    tasks: tuple[AddedTask, ...]
    outputs: tuple[WorkflowOutput, ...]


@dataclass(frozen=True)
class ModuleFacts:
    """Everything later steps may know about one module."""

    path: str
    module: str
    is_package: bool
    imports: tuple[Import, ...] = ()
    star_imports: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()
    variables: tuple[Variable, ...] = ()
    classes: tuple[Class, ...] = ()
    environments: tuple[EnvironmentFact, ...] = ()
    imperative: tuple[ImperativeWorkflow, ...] = ()
    bound: frozenset[str] = frozenset()  # every name bound anywhere in the file, for choosing free names
    uses: tuple[NameUse, ...] = ()
    todos: tuple[Todo, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    skip_file: bool = False
    string_all: tuple[str, ...] = field(default=())  # __all__, when it is a literal
    checksum: int = 0  # of the text that these are the facts of
    statements: tuple[int, ...] = ()  # 1-based line on which each top-level statement begins, its decorators included
    bodies: tuple[int, ...] = ()  # the same of the first statement in each; 0 without a block
    caught: frozenset[str] = frozenset()  # what except clauses name: resolved, or as written where it is a builtin

    @property
    def uses_v1(self) -> bool:
        """Whether the module mentions any v1 name."""
        return bool(self.uses)

    def without_uses_of(self, packages: frozenset[str]) -> ModuleFacts:
        """The same facts, where names of these ``packages`` are none of v1: they are the project's own."""
        if not packages:
            return self
        return replace(self, uses=tuple(use for use in self.uses if use.name.split(".")[0] not in packages))
