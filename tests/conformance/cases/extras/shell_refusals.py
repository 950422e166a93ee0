"""What `shell.create` refuses."""

from conformance_support import caught
from flyte.extras import shell
from flyte.extras.shell import FlagSpec, Stdout
from flyte.io import Dir, File


def made(**settings):
    return caught(lambda: shell.create("t", **{"image": "debian:12", "script": "true", **settings}).name)


def main():
    defaults = {"n": ("1", 1, True), "s": (1, "a"), "f": ("x", File(path="x")), "d": ("x", Dir(path="x"))}
    defaults |= {
        "l": ("x", [1], [File(path="x")]),
        "m": ("x", {"a": 1}, {"a": "b"}),
        "b": (1, True),
        "r": ("x", 1, 0.5),
    }
    inputs = {"n": int, "s": str, "f": File, "d": Dir, "l": list[File], "m": dict[str, str], "b": bool, "r": float}
    return [
        made(),
        made(inputs={"x": list[str]}),
        made(inputs={"x": File | str}),
        made(outputs={"x": list[File]}),
        made(flag_aliases={"x": "-x"}),
        made(inputs={"x": int}, flag_aliases={"x": ("-x", "sum")}),
        made(inputs={"x": int}, flag_aliases={"x": 3}),
        made(defaults={"x": 1}),
        made(inputs={"x": int | None}, defaults={"x": None}),
        *(made(inputs=inputs, defaults={name: value}) for name, values in defaults.items() for value in values),
        made(image=3),
        made(requests=1),
        caught(lambda: shell.create("t", "debian:12")),
        caught(lambda: Stdout(type=list)),
        caught(lambda: FlagSpec.coerce("x", None)),
    ]
