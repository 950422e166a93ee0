"""What the index reads from one module: which names are flytekit's, and the facts about its functions."""

from __future__ import annotations

import pytest

from flyte_migrate.project.facts import ModuleFacts
from flyte_migrate.project.index import absolute_import, index_module


def index(text: str, module: str = "pkg.mod", is_package: bool = False) -> ModuleFacts:
    return index_module(f"{module}.py", module, text, is_package)


def uses(text: str) -> set[str]:
    return {use.name for use in index(text).uses if not use.is_import}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import flytekit\nflytekit.task", {"flytekit.task"}),
        ("import flytekit as fl\nfl.workflow", {"flytekit.workflow"}),
        ("from flytekit import task as t\nt", {"flytekit.task"}),
        ("import flytekit.core.workflow\nflytekit.core.workflow.workflow", {"flytekit.core.workflow.workflow"}),
        ("def f():\n    from flytekit import task\n    return task", {"flytekit.task"}),
        ("from flytekit import *\n@task\ndef f(): ...", {"flytekit.task"}),
        ("from union import map_task\nmap_task", {"union.map_task"}),
        ("try:\n    from flytekit import task\nexcept ImportError:\n    task = None\ntask", {"flytekit.task"}),
        ("from flytekit import FlyteFile\ndef f(x: 'FlyteFile'): ...", {"flytekit.FlyteFile"}),
        ("from flytekit import task\nx = [task for _ in y]", {"flytekit.task"}),
        ("from flytekit import task\nclass C:\n    task = task\n    def f(self): return task", {"flytekit.task"}),
    ],
)
def test_names_bound_by_a_v1_import_are_uses(text: str, found: set[str]) -> None:
    assert uses(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "def f(task): return task",
        "task = 3\ntask",
        "from flytekit import task\ndef f(task): return task",
        "from flytekit import task\ndef f():\n    task = 1\n    return task",
        "from flytekit import task\nf = lambda task: task",
        "from flytekit import task\nx = [task for task in y]",
        "from flytekit import task\ndef f():\n    for task in y: print(task)",
        "from flytekit import task\ndef f():\n    with y as task: print(task)",
        "from flytekit import task\ndef f():\n    if (task := 1): print(task)",
        "from flytekit import task\ntask = 1\nprint(task)",
        "from mypkg.flytekit import task\ntask",
        "from . import flytekit\nflytekit.task",
        "x = 'from flytekit import task'\n# flytekit.task",
    ],
)
def test_other_names_are_left_alone(text: str) -> None:
    assert uses(text) == set()


def test_a_global_declaration_means_the_module_level_name() -> None:
    assert uses("from flytekit import task\ndef f():\n    global task\n    return task") == {"flytekit.task"}


def test_positions_are_those_of_the_source() -> None:
    (imported, used) = index("from flytekit import task\n\nx = (1, task)").uses
    assert (imported.line, imported.column, imported.is_import) == (1, 21, True)
    assert (used.line, used.column, used.end_column) == (3, 8, 12)


def test_functions_have_signatures_decorators_and_references() -> None:
    facts = index(
        "from flytekit import task\n"
        "LIMIT = 3\n"
        "def helper(): return LIMIT\n"
        "@task(retries=LIMIT, cache=True)\n"
        "def f(x: int, *args, y: str = 'a', **kw) -> list[int]:\n"
        "    return [helper()]\n"
    )
    function = next(f for f in facts.functions if f.name == "f")
    assert [(p.name, p.annotation, p.default, p.kind) for p in function.parameters] == [
        ("x", "int", None, "positional"),
        ("args", None, None, "var_positional"),
        ("y", "str", "'a'", "keyword"),
        ("kw", None, None, "var_keyword"),
    ]
    (decorator,) = function.decorators
    assert (decorator.name, decorator.is_call) == ("flytekit.task", True)
    assert [(a.keyword, a.text, a.resolved) for a in decorator.arguments] == [
        ("retries", "LIMIT", "pkg.mod.LIMIT"),
        ("cache", "True", ""),
    ]
    assert function.refers == ("pkg.mod.helper",)
    assert function.returns == "list[int]" and function.has_value_return


def test_redefinitions_and_nested_functions_have_their_own_keys() -> None:
    facts = index("def f(): ...\ndef f():\n    def g(): ...\nclass C:\n    def f(self): ...\n")
    assert {f.key: f.enclosing for f in facts.functions} == {"f": "", "f#1": "", "f#1.g": "f#1", "C.f": "C"}


@pytest.mark.parametrize(
    "text",
    [
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: str\n",
        "import typing\nP = typing.NamedTuple('P', [('x', int), ('y', str)])\n",
        "from typing import NamedTuple\nP = NamedTuple('P', x=int, y=str)\n",
        "from typing import NamedTuple\nclass P(NamedTuple('Q', [('x', int), ('y', str)])):\n    pass\n",
    ],
)
def test_named_tuples_in_every_form_have_their_fields(text: str) -> None:
    (cls,) = index(text).classes
    assert cls.is_named_tuple
    assert [(f.name, f.annotation) for f in cls.fields] == [("x", "int"), ("y", "str")]


@pytest.mark.parametrize(
    ("module", "is_package", "level", "name", "absolute"),
    [
        ("pkg.sub.mod", False, 1, "x", "pkg.sub.x"),
        ("pkg.sub.mod", False, 2, "x", "pkg.x"),
        ("pkg.sub", True, 1, "x", "pkg.sub.x"),
        ("pkg.sub", True, 1, None, "pkg.sub"),
        ("mod", False, 1, "x", "x"),
        ("mod", False, 0, "a.b", "a.b"),
    ],
)
def test_relative_imports_are_made_absolute(
    module: str, is_package: bool, level: int, name: str | None, absolute: str
) -> None:
    assert absolute_import(module, is_package, level, name) == absolute


def test_guards_of_imports_are_known() -> None:
    facts = index(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import a\n"
        "try:\n    import b\nexcept ImportError:\n    import c\n"
        "def f():\n    import d\n"
    )
    assert {i.local: (i.guard, i.scope) for i in facts.imports if i.local in "abcd"} == {
        "a": ("type_checking", ""),
        "b": ("try", ""),
        "c": ("try", ""),
        "d": ("", "f"),
    }


def test_comments_of_the_tool_are_read_from_comments_only() -> None:
    facts = index(
        "x = '# TODO(flyte-migrate FM123): no'\n"
        "# TODO(flyte-migrate FM104): yes\n"
        "y = 1  # flyte-migrate: ignore[FM104, FM2]\n"
        "z = 1  # flyte-migrate: ignore\n"
    )
    assert [(t.line, t.code) for t in facts.todos] == [(2, "FM104")]
    assert [(i.line, i.codes) for i in facts.ignores] == [(3, ("FM104", "FM2")), (4, ())]
    assert not facts.skip_file and index("# flyte-migrate: skip-file\n").skip_file


def test_environments_that_stand_already_are_known() -> None:
    facts = index("import flyte\nenv = flyte.TaskEnvironment(name='a', depends_on=[other])\n@env.task\ndef f(): ...\n")
    (environment,) = facts.environments
    assert (environment.variable, environment.name) == ("env", "a")
    assert facts.functions[0].decorators[0].name == "pkg.mod.env.task"


def test_invalid_source_raises_syntax_error() -> None:
    with pytest.raises(SyntaxError):
        index("def f(:\n")
