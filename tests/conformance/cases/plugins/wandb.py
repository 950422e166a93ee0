"""The settings of Weights & Biases and how they travel with the context."""

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, only
from flyteplugins.wandb import (
    Wandb,
    WandbSweep,
    get_wandb_context,
    get_wandb_sweep_context,
    wandb_config,
    wandb_init,
    wandb_sweep,
    wandb_sweep_config,
)

env = flyte.TaskEnvironment(name="plugins-wandb")
settings = {"run_name": "r", "project": "p", "domain": "d", "parent_action_name": "a0", "pod_name": "pod"}


@env.task
def child() -> list[str]:
    found = get_wandb_context()
    return [str(found and found.project), str(found and found.tags), str(get_wandb_sweep_context())]


@env.task
def parent() -> list[list[str]]:
    with wandb_config(project="inner", tags=["x"]):
        inside = child()
    return [child(), inside]


@wandb_init(project="p", entity="e")
@env.task
def tracked() -> None: ...


def main():
    context = {"wandb_project": "p", "wandb_entity": "e", "_wandb_run_id": "run", "_wandb_sweep_id": "sweep"}
    return [
        wandb_config(project="p", tags=["a"], config={"x": 1}).to_dict(),
        wandb_sweep_config(method="grid", parameters={"x": {"values": [1]}}, run_cap=3).to_sweep_config(),
        only(parent),
        [each.name for each in tracked.links],
        Wandb().get_link(context={}, action_name="a", **settings),
        Wandb().get_link(context=context, action_name="a", **settings),
        Wandb(project="q", entity="f", run_mode="new").get_link(context={}, action_name="a", **settings),
        Wandb(project="q", entity="f", run_mode="shared").get_link(context={}, action_name="a", **settings),
        WandbSweep().get_link(context=context, action_name="a", **settings),
        caught(lambda: wandb_sweep(lambda: None)),
        caught(lambda: wandb_init(secret="k")(lambda: None))["returned"].partition(" ")[0],
    ]
