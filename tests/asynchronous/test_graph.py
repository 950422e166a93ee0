"""Former workflows run their tasks in the graph of Flyte 1: flytekit's own compiler says what waits for what."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.asynchronous import stepper
from tests.fixtures import migrate

_HEAD = """\
from typing import List, Tuple

from flytekit import conditional, dynamic, map_task, task, workflow

from tests.asynchronous.gate import hold

"""


def _task(name: str, arity: int) -> str:
    parameters = ", ".join(f"i{n}: int" for n in range(arity))
    return f'\n\n@task\ndef {name}({parameters}) -> int:\n    return hold("{name}")\n'


def _tasks(**arities: int) -> str:
    return "".join(_task(name, arity) for name, arity in arities.items())


WORKFLOWS = {
    "diamond": _tasks(a=1, b=1, c=1, d=2)
    + """
@workflow
def main(x: int) -> int:
    start = a(i0=x)
    left = b(i0=start)
    right = c(i0=start)
    return d(i0=left, i1=right)
""",
    "nested_calls": _tasks(a=1, b=1, c=1, d=2, e=2)
    + """
@workflow
def main(x: int) -> int:
    return e(i0=a(i0=x), i1=d(i0=b(i0=x), i1=c(i0=x)))
""",
    "two_chains": _tasks(a=1, b=1, c=1, d=1, e=2)
    + """
@workflow
def main(x: int) -> int:
    one = a(i0=x)
    other = b(i0=x)
    one = c(i0=one)
    other = d(i0=other)
    return e(i0=one, i1=other)
""",
    "crossed": _tasks(a=1, b=1, c=1, d=2)
    + """
@workflow
def main(x: int) -> Tuple[int, int]:
    one = a(i0=x)
    other = b(i0=x)
    return c(i0=one), d(i0=one, i1=other)
""",
    "ladder": _tasks(a=1, b=1, c=1, d=2, e=1, f=2, g=2)
    + """
@workflow
def main(x: int) -> Tuple[int, int]:
    one = a(i0=x)
    two = b(i0=x)
    three = c(i0=one)
    four = d(i0=one, i1=two)
    five = e(i0=two)
    return f(i0=three, i1=four), g(i0=four, i1=five)
""",
    "shared_chain": _tasks(a=1, b=1, c=1, d=1, e=2, f=1, g=1, h=2)
    + """
@workflow
def main(x: int) -> int:
    raw = a(i0=x)
    other = b(i0=x)
    raw = c(i0=raw)
    other = d(i0=other)
    joined = e(i0=raw, i1=other)
    side = f(i0=raw)
    last = g(i0=joined)
    return h(i0=last, i1=side)
""",
    "read_and_rebound": _tasks(a=1, b=1, c=1, d=1, e=2)
    + """
@workflow
def main(x: int) -> int:
    y = a(i0=x)
    z = b(i0=y)
    y = c(i0=y)
    y = d(i0=y)
    return e(i0=y, i1=z)
""",
    "ordered": _tasks(a=0, b=0, c=1, d=1, e=2)
    + """
@workflow
def main(x: int) -> int:
    one = a()
    two = b()
    three = c(i0=x)
    four = d(i0=x)
    one >> two
    two >> four
    return e(i0=three, i1=four)
""",
    "rebound_names": _tasks(a=1, b=1, c=1, d=1, e=2)
    + """
@workflow
def main(x: int) -> int:
    y = a(i0=x)
    z = b(i0=y)
    y = c(i0=x)
    y = d(i0=y)
    return e(i0=y, i1=z)
""",
    "subworkflows": _tasks(a=1, b=1, c=1, d=1, e=2)
    + """
@workflow
def one(x: int) -> int:
    return b(i0=a(i0=x))


@workflow
def other(x: int) -> int:
    return d(i0=c(i0=x))


@workflow
def main(x: int) -> int:
    return e(i0=one(x=x), i1=other(x=x))
""",
    "values_and_prints": _tasks(a=1, b=1, c=1, d=2)
    + """
@workflow
def main(x: int) -> int:
    print("starting")
    one = a(i0=x)
    print("in between")
    two = b(i0=x)
    three = c(i0=two)
    return d(i0=one, i1=three)
""",
    "no_results": _tasks(a=1, b=1, c=1)
    + """
@workflow
def main(x: int):
    one = a(i0=x)
    b(i0=x)
    c(i0=one)
""",
    "a_loop": _tasks(a=1, b=1, c=1, d=1)
    + """
@task
def total(xs: List[int]) -> int:
    return hold("total")


@workflow
def main(x: int) -> int:
    return total(xs=[a(i0=x), b(i0=c(i0=x)), d(i0=x)])
""",
}


def _random_workflow(seed: int) -> str:
    """A workflow of a few tasks, each of which takes the results of some of those before it."""
    choice = random.Random(seed)
    count = choice.randint(4, 8)
    needs = [sorted(choice.sample(range(n), min(n, choice.choice([0, 1, 1, 2, 2, 3])))) for n in range(count)]
    tasks = "".join(_task(f"t{n}", max(1, len(before))) for n, before in enumerate(needs))
    lines = []
    for n, before in enumerate(needs):
        values = [f"r{b}" for b in before] or ["x"]
        lines.append(f"    r{n} = t{n}({', '.join(f'i{k}={v}' for k, v in enumerate(values))})")
    results = ", ".join(f"r{n}" for n in range(count))
    returns = f"Tuple[{', '.join(['int'] * count)}]"
    return tasks + f"\n\n@workflow\ndef main(x: int) -> {returns}:\n" + "\n".join(lines) + f"\n    return {results}\n"


PROGRAMS = {**WORKFLOWS, **{f"random_{seed}": _random_workflow(seed) for seed in range(12)}}


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is wrong with the run of each program, for tasks that end in either order."""
    root = tmp_path_factory.mktemp("graphs")
    jobs: dict[str, list[dict[str, Any]]] = {"v1": [], "v2": []}
    for name, body in PROGRAMS.items():
        source = _HEAD + body
        migrated = migrate({f"{name}.py": source}, {"style": "async"})
        assert migrated.failures == []
        for sdk, text in (("v1", source), ("v2", migrated.files[f"{name}.py"])):
            place = Path(root / sdk)
            place.mkdir(exist_ok=True)
            (place / f"{name}.py").write_text(text)
            jobs[sdk].append({"id": name, "root": str(place), "module": name, "entry": "main", "inputs": {"x": 1}})
    graphs = stepper.run("v1", jobs["v1"])
    return stepper.run("v2", [{**job, "graph": graphs[job["id"]]} for job in jobs["v2"]])


def test_every_task_starts_as_soon_as_flyte_1_would_have_started_it(problems: dict[str, list[str]]) -> None:
    assert problems.keys() == PROGRAMS.keys()
    assert {name: found for name, found in problems.items() if found} == {}
