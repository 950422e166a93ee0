"""pydantic models are rebuilt; a dict is accepted for one."""

import datetime

import flyte
import pydantic
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-pydantic-model")


class Inner(pydantic.BaseModel):
    n: int = 1


class Model(pydantic.BaseModel):
    name: str
    inner: Inner = Inner()
    tags: list[str] = []
    when: datetime.datetime | None = None


@env.task
def echo(x: Model) -> Model:
    x.tags.append("seen")
    return x


def main():
    given = Model(name="a", when=datetime.datetime(2024, 1, 1))
    return [
        repr(only(echo, given)),
        repr(given.tags),
        repr(only(echo, {"name": "b", "inner": {"n": 5}})),
        caught(lambda: local(echo, {"inner": {}}), message=False),
        caught(lambda: local(echo, 5), message=False),
    ]
