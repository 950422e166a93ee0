"""Lexical scopes of a libcst tree: which binding a name refers to, decided as Python would.

Flow is not followed: a name with several bindings in its scope has them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import libcst as cst

BindingKind = Literal["import", "def", "class", "parameter", "assign", "unpack", "other"]


@dataclass(frozen=True, eq=False)
class Binding:
    """One place that binds a name.

    ``node`` is the binding statement, definition or parameter; ``target`` the qualified import target; ``value`` the
    bound expression of a plain assignment (``unpack``: the right-hand side, with the position of the name in ``path``).
    """

    name: str
    kind: BindingKind
    node: cst.CSTNode
    target: str = ""
    value: cst.BaseExpression | None = None
    path: tuple[int, ...] = ()


@dataclass(eq=False)
class Scope:
    """A module, class, function, lambda or comprehension scope."""

    node: cst.CSTNode
    parent: Scope | None
    key: str = ""  # as in facts.Function.key
    is_class: bool = False
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)  # names declared global or nonlocal

    def bind(self, binding: Binding) -> None:
        self.bindings.setdefault(binding.name, []).append(binding)

    def lookup(self, name: str) -> tuple[Binding, ...]:
        """All bindings of a name in the scope that Python would find it in; empty for builtins and unknown names."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if (first or not scope.is_class) and name not in scope.outer and name in scope.bindings:
                return tuple(scope.bindings[name])
            first = False
            scope = scope.parent
        return ()

    def owner(self, name: str) -> Scope | None:
        """The scope that binds a name, seen from here."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if (first or not scope.is_class) and name not in scope.outer and name in scope.bindings:
                return scope
            first = False
            scope = scope.parent
        return None
