"""Which Weights & Biases runs a tracked task, its tracked callees and plain functions start, join and finish."""

import sys
import types

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, only

calls = []


class Run:
    def __init__(self, options):
        self.id = options.get("id")
        self.dir = "folder"

    def finish(self, **options):
        calls.append(["finish", options])


def init(**options):
    shown = {key: "..." if key == "id" else value for key, value in options.items()}
    calls.append(["init", shown])
    return Run(options)


def sweep(**options):
    options["sweep"] = {key: "..." if key == "name" else value for key, value in options["sweep"].items()}
    calls.append(["sweep", options])
    return "sweep-id"


wandb = types.ModuleType("wandb")
wandb.init, wandb.sweep, wandb.run = init, sweep, None
for name in [name for name in sys.modules if name.startswith(("wandb", "flyteplugins.wandb"))]:
    del sys.modules[name]
sys.modules["wandb"] = wandb

from flyteplugins.wandb import (
    get_wandb_run,
    get_wandb_run_dir,
    get_wandb_sweep_id,
    wandb_config,
    wandb_init,
    wandb_sweep,
    wandb_sweep_config,
)

env = flyte.TaskEnvironment(name="plugins-wandb-runs")


@wandb_init(project="p", tags=["x"])
@env.task
def child() -> str:
    return str(get_wandb_run_dir())


@wandb_init(run_mode="new")
@env.task
async def fresh() -> bool:
    return get_wandb_run() is not None


@wandb_init(project="p", entity="e")
@env.task
async def parent() -> list[str]:
    return [await child.aio(), str(await fresh())]


@wandb_init(run_mode="shared")
@env.task
def shared_alone() -> int:
    return 1


@env.task
def configures() -> str:
    with wandb_config(project="c", mode="offline", group="g"):
        return child()


@wandb_sweep
@env.task
def swept() -> str:
    return str(get_wandb_sweep_id())


@env.task
def sweeps() -> str:
    with wandb_sweep_config(method="grid", parameters={"x": {"values": [1]}}, project="p"):
        return swept()


@wandb_init(project="plain")
def plain(x):
    return x + 1


def main():
    found = [only(parent), caught(lambda: only(shared_alone)), only(configures), only(sweeps), plain(1)]
    return [found, caught(lambda: only(swept)), calls]
