"""Questions across modules: what a name stands for, which tasks code can reach, what a task returns."""

from __future__ import annotations

import pytest

from flyte_migrate.project.environments import module_slugs, plan_environments, slug
from flyte_migrate.project.index import index_module
from flyte_migrate.project.link import ProjectIndex, link


def project(**modules: str) -> ProjectIndex:
    return link(
        index_module(name, name.replace("__", "."), text, text.startswith("# package"))
        for name, text in modules.items()
    )


TASKS = "from flytekit import task\n@task\ndef t(x: int) -> int: return x\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from pkg.tasks import t", "pkg.tasks.t"),
        ("from pkg import t", "pkg.t"),
        ("from pkg.tasks import *", "main.t"),
        ("import pkg.tasks as m", "pkg.tasks.t"),
    ],
)
def test_a_task_is_found_through_imports_and_reexports(text: str, name: str) -> None:
    index = project(pkg="# package\nfrom .tasks import t\n", pkg__tasks=TASKS, main=text + "\n")
    task = index.task(name, "main")
    assert task is not None and task.qualified == "pkg.tasks.t" and task.role == "task"


def test_modules_are_found_by_any_tail_of_their_path() -> None:
    index = project(src__a__tasks=TASKS, src__b__tasks=TASKS, src__b__main="from tasks import t\n")
    task = index.task("tasks.t", "src.b.main")
    assert task is not None and task.module == "src.b.tasks"


def test_flytekit_names_handed_on_by_a_project_module_are_known() -> None:
    index = project(common="from flytekit import task as step\n", main="from common import step\n@step\ndef f(): ...\n")
    assert index.tasks["main.f"].role == "task"


def test_decorators_through_partial_carry_the_configuration() -> None:
    index = project(
        main="import functools\nfrom flytekit import task\n"
        "gpu_task = functools.partial(task, retries=2, cache=True)\n"
        "@gpu_task\ndef f(): ...\n@gpu_task(retries=3)\ndef g(): ...\n"
    )
    assert {a.keyword: a.text for a in index.tasks["main.f"].config} == {"retries": "2", "cache": "True"}
    assert {a.keyword: a.text for a in index.tasks["main.g"].config} == {"retries": "3", "cache": "True"}


@pytest.mark.parametrize(
    ("returns", "names"),
    [
        ("None", []),
        ("int", ["o0"]),
        ("list[int]", ["o0"]),
        ("typing.Tuple[int, str]", ["o0", "o1"]),
        ("tuple[int, ...]", ["o0"]),
        ("P", ["a", "b"]),
        ("'P'", ["a", "b"]),
        ("typing.NamedTuple('Q', c=int)", ["c"]),
    ],
)
def test_outputs_have_the_names_flytekit_gives_them(returns: str, names: list[str]) -> None:
    index = project(
        main="import typing\nfrom flytekit import task\n"
        "P = typing.NamedTuple('P', [('a', int), ('b', str)])\n"
        f"@task\ndef f() -> {returns}: ...\n"
    )
    assert [field.name for field in index.tasks["main.f"].outputs.fields] == names


def test_reached_tasks_go_through_plain_functions_variables_and_modules() -> None:
    index = project(
        tasks=TASKS,
        helpers="import tasks\ndef help(): return tasks.t(x=1)\nalias = help\n",
        main="from helpers import alias\nfrom flytekit import workflow\n@workflow\ndef wf(): alias()\n",
    )
    assert index.reached_tasks("main", index.tasks["main.wf"].function.refers) == {"tasks.t"}


def test_environment_names_are_the_shortest_unique_tail_of_the_module() -> None:
    assert module_slugs(["a.train", "b.train", "a.Serve_Model", "main"]) == {
        "a.train": "a-train",
        "b.train": "b-train",
        "a.Serve_Model": "serve-model",
        "main": "main",
    }
    assert slug("__My.Module--x") == "my-module-x"


def test_an_environment_name_that_stands_already_is_not_used_again() -> None:
    index = project(
        old='import flyte\nenv = flyte.TaskEnvironment(name="tasks")\n@env.task\ndef f(): ...\n',
        tasks=TASKS,
    )
    (environment,) = plan_environments(index).by_module["tasks"]
    assert environment.name == "tasks-2"


def test_dependencies_are_those_of_called_tasks_over_modules() -> None:
    index = project(
        tasks=TASKS,
        main="import tasks\nfrom flytekit import workflow\n@workflow\ndef wf() -> int: return tasks.t(x=1)\n",
    )
    (environment,) = plan_environments(index).by_module["main"]
    assert environment.depends_on == (("tasks", "env"),)


def test_environments_over_two_modules_that_need_each_other_are_reported() -> None:
    index = project(
        a="from flytekit import dynamic\n@dynamic\ndef f(n: int):\n    import b\n    b.g(n=n)\n",
        b="import a\nfrom flytekit import dynamic\n@dynamic\ndef g(n: int): a.f(n=n)\n",
    )
    assert [{module for module, _ in cycle} for cycle in plan_environments(index).cycles] == [{"a", "b"}]


def test_what_a_module_gets_from_others_is_known_for_what_it_is() -> None:
    index = project(
        lib="# package\nfrom .inner import *\n",
        lib__inner="import flytekit as fl\nfrom flytekit import task\nstep = task\n",
        main="import lib.inner\nfrom lib import fl, step\nfrom lib.inner import nothing\n",
        all="from lib import *\n",
    )
    assert index.handed_on("main") == {
        "fl": "flytekit",
        "step": "flytekit.task",
        "lib.fl": "flytekit",
        "lib.step": "flytekit.task",
        "lib.task": "flytekit.task",
        "lib.inner.fl": "flytekit",
        "lib.inner.step": "flytekit.task",
        "lib.inner.task": "flytekit.task",
    }
    assert index.handed_on("all") == {"fl": "flytekit", "step": "flytekit.task", "task": "flytekit.task"}


def test_modules_that_import_everything_of_each_other_come_to_an_end() -> None:
    index = project(a="from b import *\nfrom flytekit import task\n", b="from a import *\n")
    assert index.handed_on("b")["task"] == "flytekit.task"


def test_names_that_modules_left_alone_import_are_needed() -> None:
    facts = [
        index_module(name, name, text, name == "pkg")
        for name, text in {
            "compat": "from flytekit import task, workflow\n",
            "pkg": "from compat import task\n",
            "old": "from pkg import task\n",
        }.items()
    ]
    assert link(facts, untouched=frozenset({"old"})).needed_by_others == {"pkg.task", "compat.task"}
    assert link(facts).needed_by_others == frozenset()
