"""What an environment takes as an image, and what its tasks say it is."""

import flyte
from conformance_support import caught


def uri(image):
    env = flyte.TaskEnvironment(name="image-on-environments", image=image)

    @env.task
    def noop() -> None: ...

    found = env.tasks["image-on-environments.noop"].image
    return found if isinstance(found, str) or found is None else found.uri


def main():
    return [
        uri("registry.example/n:1"),
        uri("{{.image.default.fqn}}:v1"),
        uri(flyte.Image.from_base("registry.example/n:2")),
        caught(lambda: uri(["registry.example/n:1"])),
        caught(lambda: uri(3)),
    ]
