"""Fields and their defaults."""

import flyte

env = flyte.TaskEnvironment(name="environment-defaults-and-fields")


def main():
    each = flyte.TaskEnvironment(name="plain")
    names = (
        "name",
        "depends_on",
        "pod_template",
        "description",
        "secrets",
        "env_vars",
        "resources",
        "interruptible",
        "image",
        "include",
        "service_account",
        "cache",
        "reusable",
        "plugin_config",
        "queue",
        "tasks",
    )
    return {name: repr(getattr(each, name)) for name in names}
