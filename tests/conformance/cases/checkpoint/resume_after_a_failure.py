"""What an attempt saves, the next one loads (CTX-10)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="checkpoint-resume-after-a-failure")


SEEN = []


@env.task(retries=2)
def steps(n: int) -> int:
    checkpoint = flyte.ctx().checkpoint
    loaded = checkpoint.load_sync()
    start = int((checkpoint.path / "payload").read_bytes()) if loaded else 0
    SEEN.append(start)
    for i in range(start, n):
        checkpoint.save_sync(str(i + 1).encode())
        if i == 1 and len(SEEN) == 1:
            raise RuntimeError("crash")
    return start


def main():
    return [only(steps, 4), SEEN]
