"""current_project and current_domain need init."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="run-project-and-domain")


def main():
    before = [
        caught(flyte.current_project, message=False)["class"],
        caught(flyte.current_domain, message=False)["class"],
    ]
    flyte.init(project="p", domain="d")
    after = [flyte.current_project(), flyte.current_domain()]
    flyte.init()
    return [before, after, flyte.is_control_plane_available()]
