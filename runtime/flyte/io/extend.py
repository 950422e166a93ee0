"""How to teach `DataFrame` other frame types and formats (upstream: `flyte.io.extend`; MAPPING IMP-26)."""

from ._dataframe import DataFrameDecoder, DataFrameEncoder, DataFrameTransformerEngine

__all__ = ["DataFrameDecoder", "DataFrameEncoder", "DataFrameTransformerEngine"]
