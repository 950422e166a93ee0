"""Runs programs whose tasks wait at the gate, under the real SDKs.

``python -m tests.asynchronous.stepper v1 < jobs`` gives the graph that flytekit compiles of every workflow: for each
task the tasks it waits for. ``… v2 < jobs`` runs every former workflow once for each given order of completion, and
checks after each completion that the tasks that run are exactly those whose dependencies have ended.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.asynchronous import gate

#: How long a task that could start may take to do so, on a busy machine.
_PATIENCE = 30.0
#: How long to look whether one starts that should not.
_GRACE = 0.05

Graph = dict[str, list[str]]


def run(sdk: str, jobs: list[dict[str, Any]]) -> dict[str, Any]:
    """The result of every job (``{"id", "root", "module", "entry", "inputs", "graph", "orders"}``) by id."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "FLYTE_SDK_LOGGING_LEVEL": "50"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.asynchronous.stepper", sdk],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        timeout=600,
        env=environment,
    )
    if done.returncode:
        raise RuntimeError(f"the {sdk} runner failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def compiled(workflow: Any) -> Graph:
    """What each task of a flytekit workflow waits for, subworkflows inlined."""
    graph, _, _ = _nodes(workflow)
    return {name: sorted(needs) for name, needs in graph.items()}


def _nodes(workflow: Any) -> tuple[dict[str, set[str]], set[str], set[str]]:
    """(graph, first tasks, last tasks) of a workflow."""
    workflow.compile()
    graph: dict[str, set[str]] = {}
    ends: dict[str, set[str]] = {}
    followed: set[str] = set()
    firsts: set[str] = set()
    for node in workflow.nodes:
        above = [n for n in node.upstream_nodes if n.id in ends]
        before = {name for n in above for name in ends[n.id]}
        followed |= {n.id for n in above}
        entity = node.flyte_entity
        if hasattr(entity, "nodes"):
            inner, first, last = _nodes(entity)
            graph |= {name: needs | (before if name in first else set()) for name, needs in inner.items()}
            ends[node.id] = last
        else:
            name = entity.name.rpartition(".")[2]
            graph[name] = before
            ends[node.id], first = {name}, {name}
        if not above:
            firsts |= first
    lasts = {name for node_id, names in ends.items() if node_id not in followed for name in names}
    return graph, firsts, lasts


def stepped(function: Any, inputs: dict[str, Any], graph: Graph, order: str) -> str:
    """Run a task, ending one of its children at a time; what went wrong, or nothing."""
    import flyte

    gate.reset()
    failure: list[BaseException] = []

    def target() -> None:
        try:
            flyte.with_runcontext(mode="local").run(function, **inputs)
        except BaseException as error:  # reported with the step it happened in
            failure.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    finished: set[str] = set()
    while len(finished) < len(graph):
        ready = {name for name, needs in graph.items() if name not in finished and set(needs) <= finished}
        if not gate.wait_until_running(ready, _PATIENCE):
            return f"after {sorted(finished)}: {sorted(gate.running())} run, {sorted(ready)} could; {failure}"
        if gate.wait_until_running(gate.running() - ready | {"?"}, _GRACE) or gate.running() != ready:
            return f"after {sorted(finished)}: {sorted(gate.running())} run, {sorted(ready)} could"
        chosen = min(ready) if order == "first" else max(ready)
        gate.release(chosen)
        finished.add(chosen)
    thread.join(_PATIENCE)
    if failure:
        return f"it failed: {failure[0]!r}"
    return "it does not end" if thread.is_alive() else ""


def _warm_up() -> None:
    """The first run of a process imports most of the SDK."""
    import flyte

    environment = flyte.TaskEnvironment(name="warm_up")

    @environment.task
    def nothing(x: int) -> int:
        return x

    flyte.with_runcontext(mode="local").run(nothing, x=1)


def _serve(sdk: str) -> None:
    logging.disable(logging.CRITICAL)
    results: dict[str, Any] = {}
    if sdk == "v2":
        _warm_up()
    for job in json.load(sys.stdin):
        sys.path.insert(0, job["root"])
        module = importlib.import_module(job["module"])
        sys.path.pop(0)
        entry = getattr(module, job["entry"])
        if sdk == "v1":
            results[job["id"]] = compiled(entry)
        else:
            problems = [stepped(entry, job["inputs"], job["graph"], order) for order in ("first", "last")]
            results[job["id"]] = [p for p in problems if p]
    print(json.dumps(results))


if __name__ == "__main__":
    _serve(sys.argv[1])
