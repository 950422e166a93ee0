"""Images are immutable, compare by value, can be shared, and have none of the methods of the old ImageSpec."""

import flyte
from conformance_support import caught

one = flyte.Image.from_debian_base(python_version=(3, 12), name="n").with_pip_packages("a")
same = flyte.Image.from_debian_base(python_version=(3, 12), name="n").with_pip_packages("a")


def main():
    first = flyte.TaskEnvironment(name="image-identity-one", image=one)
    second = flyte.TaskEnvironment(name="image-identity-two", image=one)
    old = ("is_container", "with_packages", "with_copy", "force_push", "with_runtime_packages", "with_builder_options")
    return [
        one == same,
        hash(one) == hash(same),
        one == one.with_pip_packages("b"),
        first.image is second.image,
        caught(lambda: setattr(one, "name", "m"))["class"],
        [name for name in old if hasattr(one, name)],
    ]
