"""The registry of handlers: what it takes, refuses and finds."""

import pandas as pd
from conformance_support import caught
from flyte.io.extend import DataFrameDecoder, DataFrameEncoder
from flyte.io.extend import DataFrameTransformerEngine as Engine


class Frame:
    pass


class Encoder(DataFrameEncoder):
    async def encode(self, dataframe, structured_dataset_type):
        raise NotImplementedError


class Decoder(DataFrameDecoder):
    async def decode(self, flyte_value, current_task_metadata):
        raise NotImplementedError


def main():
    Engine.register(Encoder(Frame, "s3", "text"))
    Engine.register(Encoder(Frame, None, "any"), default_format_for_type=True)
    Engine.register(Decoder(Frame, None, "any"))
    return [
        type(Engine.get_encoder(Frame, "s3", "text")).__name__,
        Engine.get_encoder(Frame, "file", "any").supported_format,
        Engine.get_encoder(Frame, "file", "").supported_format,
        caught(lambda: Engine.get_encoder(Frame, "file", "text")),
        caught(lambda: Engine.get_decoder(Frame, "file", "orc")),
        caught(lambda: Engine.register(Encoder(Frame, "s3", "text")))["class"],
        caught(lambda: Engine.register(Encoder(Frame, None, "any"))),
        caught(lambda: Engine.register(Encoder(Frame, None, "x"), default_for_type=True))["class"],
        caught(lambda: Engine.register(pd.DataFrame))["class"],
        caught(lambda: Encoder()),
        caught(lambda: DataFrameEncoder(Frame))["class"],
        Encoder(Frame, "s3://").protocol,
        Engine.DEFAULT_FORMATS[Frame],
    ]
