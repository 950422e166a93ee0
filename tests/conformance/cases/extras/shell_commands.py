"""The command of a shell task: placeholders, flags of every kind, collectors, debugging."""

from conformance_support import caught
from flyte.extras import shell
from flyte.extras.shell import FlagSpec, Glob, Stderr, Stdout
from flyte.io import Dir, File

EVERY = {
    "n": int,
    "ratio": float | None,
    "yes": bool,
    "text": str,
    "file": File,
    "folder": Dir,
    "maybe": Dir | None,
    "files": list[File],
    "pairs": dict[str, str],
}


def command(script, inputs=EVERY, outputs=None, **settings):
    task = shell.create(
        "t", image="debian:12", inputs=inputs, outputs=outputs or {}, script=script, **settings
    ).as_task()
    return task._cmd


def main():
    all_flags = " ".join(f"{{flags.{name}}}" for name in EVERY)
    all_inputs = " ".join(f"{{inputs.{name}}}" for name in EVERY)
    return [
        command("true", {}),
        command(all_inputs),
        command(all_flags),
        command("{flags.files} {flags.pairs}", flag_aliases={"files": ("-i", "repeat"), "pairs": ("--set ", "equals")}),
        command("{flags.files}", flag_aliases={"files": FlagSpec("--in", "comma")}),
        command(
            "{flags.n} {flags.n} {inputs.n}", flag_aliases={"n": "--number", "text": FlagSpec("-t", separator="=")}
        ),
        command("x > {outputs.out}", {}, {"out": File, "all": Glob("*.txt"), "folder": Dir}),
        command("x", {}, {"out": Stdout(), "err": Stderr(str)}),
        command("x {inputs.n}", {"n": int}, debug=True, shell="/bin/sh"),
        caught(lambda: command("{inputs.zzz}")),
        caught(lambda: command("{flags.zzz}")),
        caught(lambda: command("{outputs.zzz}")),
        caught(lambda: command("{outputs.out}", {}, {"out": Stdout()})),
        caught(lambda: command("{other.n}")),
    ]
