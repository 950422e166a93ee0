"""Debian packages are separate arguments, commands are one list; a second positional command is a secret (TRAP-10)."""

import flyte
from conformance_support import caught

base = flyte.Image.from_debian_base(python_version=(3, 12), name="n", registry="r")


def main():
    return [
        base.with_apt_packages("git", "curl").uri,
        caught(lambda: base.with_apt_packages(["git"])),
        base.with_commands(["echo a", "echo b"]).uri,
        base.with_commands(("echo a", "echo b")).uri,
        base.with_commands("echo a").uri,
        [base.with_commands("a", "b")._layers[-1].commands, base.with_commands("a", "b")._layers[-1].secret_mounts],
        caught(lambda: base.with_commands("a", "b", "c")),
        base.with_apt_packages("git").with_commands(["true"]).with_workdir("/w").uri,
    ]
