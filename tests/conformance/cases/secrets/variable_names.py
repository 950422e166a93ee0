"""The environment variable of a secret: derived from group and key, or given."""

import flyte
from conformance_support import caught


def secret(*args, **kwargs):
    return caught(lambda: flyte.Secret(*args, **kwargs))


def main():
    return [
        secret("k"),
        secret(key="my-key"),
        secret(key="k", group="g"),
        secret("k", "g"),
        secret(key="key", group="my-group"),
        secret(key="k", as_env_var="FOO"),
        secret(key="a.b", as_env_var="_A1"),
        secret(key="k", as_env_var="foo"),
        secret(key="a.b"),
        secret(key="a/b"),
        secret(key="1a"),
        secret(key="a", group="x:y"),
        secret(group="g"),
        secret(key="k", env_var="FOO"),
        secret(key="k", mount_requirement="FILE"),
    ]
