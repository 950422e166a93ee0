"""Pandera's typed frames: validated on the way out of a task and on the way in."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

from flyte._convert import from_wire, to_wire
from flyte._logging import logger
from flyte._structured import TypeTransformerFailedError
from flyte.io import DataFrame

from flyteplugins.pandera.config import ValidationConfig


def _native(annotation: Any) -> tuple[Any, Any, ValidationConfig]:
    """The typed frame, the annotation of the frame it stands for, and how errors are reported.

    Raises:
        TypeTransformerFailedError: for a typed frame of a package that is not supported.
    """
    base, *metadata = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    config = next((each for each in metadata if isinstance(each, ValidationConfig)), ValidationConfig())
    others = [each for each in metadata if not isinstance(each, ValidationConfig)]
    frame = _frame_type(base)
    return base, Annotated.__class_getitem__((frame, *others)) if others else frame, config  # type: ignore[attr-defined]


def _frame_type(base: Any) -> Any:
    origin = get_origin(base) or base
    if origin.__name__ == "DataFrame" and origin.__module__.endswith("typing.pandas"):
        import pandas

        return pandas.DataFrame
    if origin.__name__ in ("DataFrame", "LazyFrame") and origin.__module__.endswith("typing.polars"):
        import polars

        return getattr(polars, origin.__name__)
    raise TypeTransformerFailedError(f"Only pandera.typing.pandas.DataFrame is supported (got {origin!r}).")


def assert_typed_frame(annotation: Any, value: Any) -> None:
    """Refuse a value that is neither a frame of the right package nor a reference to a table."""
    frame = _frame_type(annotation)
    if not isinstance(value, (DataFrame, frame)):
        raise TypeTransformerFailedError(f"Expected value of type {frame}, got {type(value)}")


def _validated(data: Any, base: Any, config: ValidationConfig) -> Any:
    """The frame as its schema returns it; pandera's SchemaErrors when it does not fit, unless only a warning."""
    import pandera
    from pandera.errors import SchemaErrors

    models = get_args(base)
    schema = models[0].to_schema() if models and hasattr(models[0], "to_schema") else pandera.DataFrameSchema()
    try:
        return schema.validate(data, lazy=True)
    except SchemaErrors as error:
        if config.on_error == "warn":
            logger.warning(str(error))
            return data
        raise


def typed_frame_to_wire(value: Any, annotation: Any) -> Any:
    """Validate a frame and store it."""
    base, native, config = _native(annotation)
    if isinstance(value, DataFrame):
        value = value.val if value.val is not None else value.open(_frame_type(base)).all_sync()
    return to_wire(_validated(value, base, config), native)


def typed_frame_from_wire(wire: Any, annotation: Any) -> Any:
    """Read a frame and validate it."""
    base, native, config = _native(annotation)
    return _validated(from_wire(wire, native), base, config)
