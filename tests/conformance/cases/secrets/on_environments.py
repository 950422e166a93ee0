"""What an environment takes as secrets: text, a secret, a list of both; a tuple is refused."""

import flyte
from conformance_support import caught


def env(secrets):
    return flyte.TaskEnvironment(name="secrets-on-environments", secrets=secrets)


def main():
    both = ["one", flyte.Secret(key="two", as_env_var="TWO")]
    first = env(both)

    @first.task
    def noop() -> None: ...

    return [
        repr(noop.secrets),
        repr(noop.override(secrets="three").secrets),
        env("one").secrets,
        caught(lambda: env(("one",))),
        caught(lambda: env({"one": 1})),
    ]
