"""The names of `flyte.errors` and what they derive from."""

import flyte

env = flyte.TaskEnvironment(name="errors-all-names")


def main():
    return {
        name: [base.__name__ for base in value.__mro__]
        for name, value in sorted(vars(flyte.errors).items())
        if isinstance(value, type) and issubclass(value, BaseException)
    }
