"""Triggers that were made of launch plans go through the serialisation that a deployment would put them through."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"

_SERIALIZE = """
import asyncio, importlib, json, sys
import flyte
from flyte._internal.image_cache import ImageCache
from flyte._internal.runtime.convert import convert_upload_default_inputs
from flyte._internal.runtime.task_serde import translate_task_to_wire
from flyte._internal.runtime.trigger_serde import to_task_trigger
from flyte.models import CodeBundle, SerializationContext

root, names = sys.argv[1], sys.argv[2:]
sys.path.insert(0, root)
modules = [importlib.import_module(name) for name in names]

async def serialized():
    for module in modules:
        for env in [v for v in vars(module).values() if isinstance(v, flyte.TaskEnvironment)]:
            context = SerializationContext(
                version="v0", project="p", domain="d", org="o", root_dir=root,
                image_cache=ImageCache(image_lookup={env.name: "image"}),
                code_bundle=CodeBundle(computed_version="v0", tgz="s3://b/c.tgz", destination="."),
            )
            for task in env.tasks.values():
                defaults = await convert_upload_default_inputs(task.interface)
                spec = translate_task_to_wire(task, context, default_inputs=defaults)
                inputs = spec.task_template.interface.inputs
                for trigger in task.triggers:
                    wire = await to_task_trigger(trigger, task.name, inputs, list(spec.default_inputs))
                    schedule = wire.automation_spec.schedule
                    yield {
                        "name": trigger.name,
                        "task": task.name,
                        "active": trigger.auto_activate,
                        "cron": schedule.cron.expression,
                        "minutes": schedule.rate.value,
                        "kickoff": schedule.kickoff_time_input_arg,
                        "inputs": sorted(literal.name for literal in wire.spec.inputs.literals),
                        "rules": len(trigger.notifications or ()),
                    }

async def main():
    print(json.dumps([item async for item in serialized()]))

asyncio.run(main())
"""


def serialized(folder: Path, *modules: str) -> dict[str, dict[str, object]]:
    """The triggers of all environments in some modules as they go over the wire, by name."""
    done = subprocess.run(
        [sys.executable, "-c", _SERIALIZE, str(folder), *modules], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {item["name"]: item for item in json.loads(done.stdout.splitlines()[-1])}


def test_attached_triggers_keep_schedule_inputs_and_notifications() -> None:
    found = serialized(FIXTURES / "launch_plans/attached", "after")
    assert set(found) == {"nightly_report", "by hand", "every-90-minutes"}
    nightly = found["nightly_report"]
    assert nightly["task"] == "before.main"
    assert (nightly["cron"], nightly["kickoff"], nightly["active"]) == ("0 2 * * *", "day", False)
    assert (nightly["inputs"], nightly["rules"]) == (["day", "region", "rows"], 2)  # day: the task's default
    assert (found["every-90-minutes"]["minutes"], found["every-90-minutes"]["active"]) == (90, True)
    assert (found["by hand"]["cron"], found["by hand"]["minutes"]) == ("", 0)


def test_a_trigger_added_in_another_module_is_on_the_task() -> None:
    found = serialized(FIXTURES / "launch_plans/other_module/after", "pipelines.plans", "pipelines.flows")
    assert {(t["name"], t["task"]) for t in found.values()} == {("weekly", "flows.main"), ("often", "flows.main")}
    assert found["often"]["minutes"] == 360


def test_lists_and_dicts_of_a_plan_are_defaults_of_a_task() -> None:
    found = serialized(FIXTURES / "launch_plans/containers", "after")
    assert {name: item["task"] for name, item in found.items()} == {
        "nightly_search": "before.nightly",
        "stored": "before.stored",
        "all-columns": "before.all_columns",
    }
    assert found["nightly_search"]["inputs"] == ["limits", "terms"]
    assert (found["nightly_search"]["kickoff"], found["nightly_search"]["cron"]) == ("day", "0 1 * * *")
    assert found["all-columns"]["inputs"] == ["columns", "data", "rows"]


def test_triggers_of_lists_loops_and_functions_are_on_their_tasks() -> None:
    found = serialized(FIXTURES / "plan_groups/everywhere", "after")
    totals = {name for name, item in found.items() if item["task"] == "before.totals"}
    assert totals == {"small", "registered"}
    assert set(found) - totals == {
        *("eu", "us", "asia", "africa-weekly", "oceania-weekly", "de_plan", "fr_plan", "of_it", "of_es", "mars")
    }
    assert (found["eu"]["minutes"], found["de_plan"]["cron"], found["of_it"]["cron"]) == (60, "0 0 * * *", "0 3 * * *")


@pytest.mark.parametrize(
    ("name", "cron", "minutes"),
    [
        ("a", "0 * * * *", 0),
        ("b", "0 0 * * *", 0),
        ("c", "0 0 1 * *", 0),
        ("d", "0 0 1 1 *", 0),
        ("e", "0 10 * * MON-FRI", 0),
        ("f", "30 1 * * *", 0),
        ("g", "0 0 * * *", 0),
        ("h", "*/5 * * * *", 0),
        ("i", "", 36 * 60),
        ("j", "", 150),
        ("k", "", 240),
        ("l", "", 15),
    ],
)
def test_schedules_on_the_wire(name: str, cron: str, minutes: int, schedules: dict[str, dict[str, object]]) -> None:
    assert (schedules[name]["cron"], schedules[name]["minutes"]) == (cron, minutes)


@pytest.fixture(scope="module")
def schedules() -> dict[str, dict[str, object]]:
    return serialized(FIXTURES / "schedules/expressions", "after")


def test_notifications_of_every_kind_are_accepted() -> None:
    (found,) = serialized(FIXTURES / "notifications/kinds", "after").values()
    assert found["rules"] == 3
