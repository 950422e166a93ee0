"""Imperative workflows: ``wf = Workflow(name)`` and the statements that add inputs, tasks and outputs to it.

Read where all of it stands at the top level of one module and nothing else is done with its parts: then the statements
are the body of a function. Whether the variable really holds a v1 workflow is for the link step to say.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flyte_migrate.project.facts import AddedTask, ImperativeWorkflow, Parameter, WorkflowOutput

ADDS_TASK = frozenset({"add_entity", "add_task", "add_subwf"})
ADDS_INPUT, ADDS_OUTPUT = "add_workflow_input", "add_workflow_output"
#: What marks a source that may hold one.
MARK = "add_workflow_output"

_Resolve = Callable[[ast.AST], "str | None"]


def imperative_workflows(tree: ast.Module, resolve: _Resolve) -> Iterator[ImperativeWorkflow]:
    """The imperative workflows of a module whose every statement is understood."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.value, ast.Call):
            target = statement.targets[0]
            if isinstance(target, ast.Name) and _only_named(statement.value):
                found = _Reader(tree, target.id, resolve).read(statement)
                if found is not None:
                    yield found


def _only_named(call: ast.Call) -> bool:
    return len(call.args) + len(call.keywords) == 1 and all(k.arg == "name" for k in call.keywords)


class _Reader:
    def __init__(self, tree: ast.Module, variable: str, resolve: _Resolve) -> None:
        self.tree, self.variable, self.resolve = tree, variable, resolve
        self.inputs: list[Parameter] = []
        self.input_names: dict[str, str] = {}  # variable → input
        self.tasks: list[AddedTask] = []
        self.nodes: set[str] = set()
        self.outputs: list[WorkflowOutput] = []
        self.accounted: set[ast.AST] = set()  # names that the function takes over

    def read(self, creation: ast.stmt) -> ImperativeWorkflow | None:
        position = self.tree.body.index(creation)
        last = creation
        for statement in self.tree.body[position + 1 :]:
            call = self._addition(statement)
            if call is None:
                continue
            if not self._read(statement, call):
                return None
            last = statement
        if not self.tasks or self._used_elsewhere(last.lineno):
            return None
        return ImperativeWorkflow(self.variable, tuple(self.inputs), tuple(self.tasks), tuple(self.outputs))

    def _addition(self, statement: ast.stmt) -> ast.Call | None:
        value = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
            return None
        return value if isinstance(value.func.value, ast.Name) and value.func.value.id == self.variable else None

    def _read(self, statement: ast.stmt, call: ast.Call) -> bool:
        assert isinstance(call.func, ast.Attribute)
        bound = ""
        if isinstance(statement, ast.Assign):
            if len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
                return False
            bound = statement.targets[0].id
            self.accounted.add(statement.targets[0])
        self.accounted.add(call.func.value)
        method = call.func.attr
        given = {k.arg: k.value for k in call.keywords}
        if None in given or any(isinstance(a, ast.Starred) for a in call.args):
            return False
        if method in ADDS_TASK:
            return self._task(call, given, bound)
        names = ("input_name", "python_type") if method == ADDS_INPUT else ("output_name", "p", "python_type")
        given.update(zip(names, call.args, strict=False))
        name = given.get(names[0])
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or not name.value.isidentifier():
            return False
        if method == ADDS_INPUT and set(given) == set(names):
            self.inputs.append(Parameter(name.value, ast.unparse(given["python_type"])))
            if bound:
                self.input_names[bound] = name.value
            return True
        if method == ADDS_OUTPUT and not bound and "p" in given and set(given) <= set(names):
            return self._output(name.value, given["p"], given.get("python_type"))
        return False

    def _task(self, call: ast.Call, given: dict[str | None, ast.expr], bound: str) -> bool:
        keyword = next((k for k in ("entity", "task", "sub_wf") if k in given and not call.args), "")
        entity = given.pop(keyword) if keyword else (call.args[0] if len(call.args) == 1 else None)
        name = self.resolve(entity) if entity is not None else None
        if name is None or not all(self._argument(value) for value in given.values()):
            return False
        if bound in self.nodes or bound in self.input_names:
            return False
        self.tasks.append(AddedTask(bound, name))
        if bound:
            self.nodes.add(bound)
        return True

    def _output(self, name: str, value: ast.expr, declared: ast.expr | None) -> bool:
        source = self._source(value)
        if declared is None and source is None:
            return False
        if not self._argument(value):
            return False
        node, output = source or ("", "")
        self.outputs.append(WorkflowOutput(name, ast.unparse(declared) if declared is not None else "", node, output))
        return True

    def _source(self, value: ast.expr) -> tuple[str, str] | None:
        """(node, output) of ``node.outputs["o0"]`` or ``node.o0``; ("", input) of an input."""
        if isinstance(value, ast.Name) and value.id in self.input_names:
            return "", self.input_names[value.id]
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Attribute):
            owner, key = value.value, value.slice
            if isinstance(owner.value, ast.Name) and isinstance(key, ast.Constant) and isinstance(key.value, str):
                if owner.value.id == self.variable and owner.attr == "inputs":
                    return "", key.value
                if owner.value.id in self.nodes and owner.attr == "outputs":
                    return owner.value.id, key.value
        if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id in self.nodes:
            return value.value.id, value.attr
        return None

    def _argument(self, value: ast.expr) -> bool:
        """Take note of a value that is passed: constants, names, inputs and outputs, and containers of them."""
        source = self._source(value)
        if source is not None:
            if not source[0] and source[1] not in {p.name for p in self.inputs}:
                return False
            self.accounted.update(n for n in ast.walk(value) if isinstance(n, ast.Name))
            return True
        if isinstance(value, (ast.List, ast.Tuple)):
            return all(self._argument(item) for item in value.elts)
        if isinstance(value, ast.Dict):
            return all(k is not None for k in value.keys) and all(self._argument(item) for item in value.values)
        return all(not isinstance(n, ast.Lambda) for n in ast.walk(value)) and not any(
            isinstance(n, ast.Name) and n.id in (self.variable, *self.nodes, *self.input_names) for n in ast.walk(value)
        )

    def _used_elsewhere(self, last: int) -> bool:
        """Whether a part, or the workflow before it is complete, is used for anything but this."""
        parts = {*self.nodes, *self.input_names}
        taken = {t.entity.rpartition(".")[2] for t in self.tasks} | {self.variable}
        if parts & taken or len(parts) != len(self.nodes) + len(self.input_names):
            return True
        for statement in self.tree.body:
            for node in ast.walk(statement):
                if not isinstance(node, ast.Name) or node in self.accounted:
                    continue
                if node.id in parts:
                    return True
                deferred = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
                if node.id == self.variable and not deferred and isinstance(node.ctx, ast.Load) and node.lineno <= last:
                    return True
        return False
