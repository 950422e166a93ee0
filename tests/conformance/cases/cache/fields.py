"""Fields and aliases of Cache."""

import flyte

env = flyte.TaskEnvironment(name="cache-fields")


def main():
    shown = []
    for each in (
        flyte.Cache("auto"),
        flyte.Cache("enable", version_override="1", salt="s"),
        flyte.Cache("off"),
        flyte.Cache("override", version_override="2", ignored_inputs="a", serialize=True, max_age=60),
    ):
        shown.append(
            [
                each.behavior,
                each.version_override,
                each.salt,
                list(each.get_ignored_inputs()),
                each.serialize,
                each.is_enabled(),
                str(each.max_age),
                each.get_version() if each.version_override else "",
            ]
        )
    return shown
