"""Container tasks: interface, settings, refusals, and the environment made from one."""

import flyte
from conformance_support import caught
from flyte.extras import ContainerTask

greet = ContainerTask(
    name="greet",
    image="alpine:3",
    command=["/bin/sh", "-c", "echo {{.inputs.name}} > /var/outputs/out"],
    inputs={"name": str},
    outputs={"out": str},
)


def made(**settings):
    task = ContainerTask(name="t", image="alpine:3", command=["true"], **settings)
    return [repr(task.resources), task.env_vars, repr(task.secrets), task.cache.behavior, task.pod_template]


def main():
    return [
        [greet.name, greet.task_type, greet.image if isinstance(greet.image, str) else greet.image.uri],
        [list(greet.interface.inputs), list(greet.interface.outputs), greet.native_interface.required_inputs()],
        made(),
        made(resources=flyte.Resources(cpu=1), env_vars={"A": "1"}, secrets="k", cache="auto", pod_template="p"),
        caught(lambda: made(requests=flyte.Resources(cpu=1))),
        caught(lambda: made(metadata=None)),
        caught(lambda: made(io_strategy=None)),
        caught(lambda: ContainerTask(name="t", image="i", command=[1])),
        caught(lambda: ContainerTask(name="t", image="i", command=["a"], arguments=[1])),
        caught(lambda: ContainerTask(name="t", image="i")),
        ContainerTask("t", "i", ["a"]).name,
        sorted(flyte.TaskEnvironment.from_task("extras-container", greet).tasks),
        caught(lambda: flyte.TaskEnvironment.from_task("extras-container-two", greet)),
    ]
