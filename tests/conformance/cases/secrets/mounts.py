"""Only one mount path is supported; a mounted secret has no variable unless one is given."""

import pathlib

import flyte
from conformance_support import caught


def main():
    return [
        flyte.Secret(key="k", mount="/etc/flyte/secrets").as_env_var,
        flyte.Secret(key="k", mount=pathlib.Path("/etc/flyte/secrets"), as_env_var="K").as_env_var,
        caught(lambda: flyte.Secret(key="k", mount="/etc/secrets")),
        caught(lambda: flyte.Secret(key="k", mount=pathlib.Path("/tmp"), as_env_var="K")),
    ]
