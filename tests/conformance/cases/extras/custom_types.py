"""A transformer the user registers carries the type; its coroutines get what the other returned."""

import flyte
from conformance_support import caught
from flyte.types import TypeEngine, TypeTransformer, TypeTransformerFailedError


class Celsius:
    def __init__(self, degrees):
        self.degrees = degrees


class CelsiusTransformer(TypeTransformer[Celsius]):
    def __init__(self):
        super().__init__(name="celsius", t=Celsius)

    def get_literal_type(self, t):
        return None

    async def to_literal(self, python_val, python_type, expected):
        return str(python_val.degrees)

    async def to_python_value(self, lv, expected_python_type):
        return Celsius(float(lv))


def main():
    transformer = CelsiusTransformer()
    return [
        [transformer.name, transformer.python_type is Celsius, transformer.type_assertions_enabled],
        caught(lambda: transformer.assert_type(Celsius, 3))["class"],
        caught(lambda: transformer.assert_type(Celsius, Celsius(1))),
        caught(lambda: transformer.guess_python_type(None))["class"],
        [each.__name__ for each in TypeTransformerFailedError.__mro__[1:4]],
        caught(lambda: TypeTransformer("abstract", int).get_literal_type(int)),
        hasattr(TypeEngine, "register"),
        flyte.types.FlytePickle.python_type() is type(None),
        flyte.types.FlytePickle[int].python_type() is int,
    ]
