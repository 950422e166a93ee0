"""Libraries that rewritten code calls inside functions: by the name the file has for them, else imported where needed.

Flyte 1's plugins import such libraries when a task runs, so that a machine that only deploys needs none of them
(PLG-23). An import at the head of the function keeps it so.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.awaiting import enclosing_function
from flyte_migrate.rewrite.plan import Insert, insert
from flyte_migrate.rewrite.scopes import Binding, Scope
from flyte_migrate.rewrite.template import code, only_lines
from flyte_migrate.rewrite.view import FileView, Statement


def known_name(view: FileView, target: str, scope: Scope, at: cst.CSTNode | None = None) -> str:
    """The name under which an import of the file makes ``module`` or ``module:attribute`` available; empty if none
    does.

    Seen from ``scope``, and for imports of a function from the place ``at`` in it.
    """
    module, _, attribute = target.partition(":")
    wanted = f"{module}.{attribute}" if attribute else module
    exact = _imported(view, wanted, scope, at)
    if exact or not attribute:
        return exact
    owner = _imported(view, module, scope, at)
    return f"{owner}.{attribute}" if owner else ""


def _imported(view: FileView, wanted: str, scope: Scope, at: cst.CSTNode | None) -> str:
    owner: Scope | None = scope
    while owner is not None:
        for name, bindings in owner.bindings.items():
            found = any(b.kind == "import" and b.target == wanted for b in bindings)
            if found and scope.owner(name) is owner and all(_binds(view, b, owner, at) for b in bindings):
                return name
        owner = owner.parent
    return ""


def _binds(view: FileView, binding: Binding, owner: Scope, at: cst.CSTNode | None) -> bool:
    """Whether a binding is an import that has run when the place is reached."""
    guards = [a for a in view.ancestors(binding.node) if isinstance(a, cst.If)]
    if binding.kind != "import" or any("TYPE_CHECKING" in code(guard.test) for guard in guards):
        return False
    if owner is view.module_scope:
        return True
    block = view.parent(view.statement(binding.node))
    return (
        at is not None
        and block in set(view.ancestors(at))
        and view.location(binding.node) < view.location(view.statement(at))
    )


class Libraries:
    """The libraries that the rewritten code of one file calls, and the imports that they need."""

    def __init__(self, view: FileView) -> None:
        self._view = view
        self._wanted: dict[Statement, dict[str, None]] = {}

    def name(self, at: cst.Name | cst.Attribute, target: str, alias: str = "") -> str:
        """How code at an original name writes ``module`` or ``module:attribute``; asks for an import where it is
        missing.

        ``alias`` is the customary name of a module (``px`` for ``plotly.express``).
        """
        view = self._view
        root: cst.BaseExpression = at
        while isinstance(root, cst.Attribute):
            root = root.value
        scope = view.scope_at[root]
        known = known_name(view, target, scope, at)
        return known or self._asked(scope, head_of(_function_around(view, at)), target, alias)

    def name_in(self, function: cst.FunctionDef, target: str, alias: str = "") -> str:
        """The same for code at the head of a function."""
        known = known_name(self._view, target, self._view.module_scope)
        return known or self._asked(self._view.scope_of[function], head_of(function), target, alias)

    def _asked(self, scope: Scope, anchor: Statement | None, target: str, alias: str) -> str:
        module, _, attribute = target.partition(":")
        if anchor is None:
            return self._view.local_name(f"{module}:{attribute}")
        wish = alias or attribute or module
        local = wish if "." in wish or not scope.lookup(wish) else f"{wish}_"
        plain = f"from {module} import {attribute}" if attribute else f"import {module}"
        self._wanted.setdefault(anchor, {})[plain if local in (attribute, module) else f"{plain} as {local}"] = None
        return local

    def imports(self) -> Iterator[Insert]:
        """The imports that were asked for, one group for each function."""
        for anchor, lines in self._wanted.items():
            statements: list[cst.BaseStatement] = [cst.parse_statement(line) for line in sorted(lines, key=_as_sorted)]
            if not anchor.leading_lines and not _is_import(anchor):
                statements.append(only_lines([cst.EmptyLine(indent=False)]))
            yield insert(anchor, statements)


def _function_around(view: FileView, at: cst.CSTNode) -> cst.FunctionDef | None:
    function = enclosing_function(view, at)
    while isinstance(function, cst.Lambda):
        function = enclosing_function(view, function)
    return function


def head_of(function: cst.FunctionDef | None) -> Statement | None:
    """The first statement of a function below its docstring; None if its body stands on the line of its ``def``."""
    if function is None or not isinstance(function.body, cst.IndentedBlock):
        return None
    first, *others = function.body.body
    head = others[0] if others and function.get_docstring(clean=False) is not None else first
    return head if isinstance(head, (cst.SimpleStatementLine, cst.BaseCompoundStatement)) else None


def _as_sorted(line: str) -> tuple[bool, str]:
    """isort's default order: ``import x`` before ``from x import y``."""
    return line.startswith("from "), line


def _is_import(statement: Statement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[0] if statement.body else None, (cst.Import, cst.ImportFrom)
    )
