"""Methods stay, `__post_init__` runs again, `init=False` fields are made anew."""

import dataclasses

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-post-init-and-methods")


@dataclasses.dataclass
class Counted:
    n: int
    made: int = dataclasses.field(init=False, default=0)

    def __post_init__(self) -> None:
        self.made = self.n * 2

    def total(self) -> int:
        return self.n + self.made


@env.task
def total(c: Counted) -> int:
    return c.total()


def main():
    given = Counted(2)
    given.made = 100
    return only(total, given)
