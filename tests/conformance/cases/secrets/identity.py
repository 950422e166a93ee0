"""Secrets compare by value and hash the same in every process."""

import flyte


def main():
    return [
        flyte.Secret("k") == flyte.Secret(key="k"),
        hash(flyte.Secret("k", "g")),
        flyte.Secret("k", "g").stable_hash(),
        hash(flyte.Secret("k")) == hash(flyte.Secret("k", as_env_var="OTHER")),
    ]
