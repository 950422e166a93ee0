"""The typed interface of a task (upstream: `flyte.models.NativeInterface`, `flyte._interface`)."""

from __future__ import annotations

import enum
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args, get_origin

# The name marks an enum made from `Literal[...]`: its wire form is the value, not the member name.
LITERAL_ENUM = "LiteralEnum"

_MISSING = inspect.Parameter.empty


def default_output_name(index: int = 0) -> str:
    """The name of an unnamed output: `o0`, `o1` …"""
    return f"o{index}"


def literal_to_enum(literal_type: Any) -> Any:
    """`Literal["a", "b"]` as an enum; `Any` when a member is not text."""
    values = get_args(literal_type)
    if not all(isinstance(value, str) for value in values):
        from ._logging import logger

        logger.warning(f"Literal type {literal_type} contains non-string values, using Any instead of Enum")
        return Any
    return enum.Enum(LITERAL_ENUM, {value.upper(): value for value in values})


def _without_literal(annotation: Any) -> Any:
    return literal_to_enum(annotation) if get_origin(annotation) is Literal else annotation


def is_named_tuple(annotation: Any) -> bool:
    """Whether the annotation is a NamedTuple class."""
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")


def extract_return_annotation(annotation: Any) -> dict[str, Any]:
    """The outputs of a return annotation, by name: NamedTuple fields, `o0 … on` of a tuple, `o0`, or nothing.

    Raises:
        TypeError: for text, a tuple of one, or a tuple of unknown length (MAPPING TRAP-36).
    """
    if isinstance(annotation, str):
        raise TypeError("String return annotations are not supported.")
    if annotation in (None, type(None), inspect.Signature.empty):
        return {}
    if is_named_tuple(annotation) and annotation.__bases__ == (tuple,):
        return dict(typing.get_type_hints(annotation, include_extras=True))
    if getattr(annotation, "__origin__", None) is tuple:
        if len(annotation.__args__) == 1:
            raise TypeError("Tuples should be used to indicate multiple return values, found only one return variable.")
        outputs: dict[str, Any] = {}
        for index, each in enumerate(get_args(annotation)):
            if each is Ellipsis:
                raise TypeError("Variable length tuples are not supported as return types.")
            outputs[default_output_name(index)] = _without_literal(each)
        return outputs
    if isinstance(annotation, tuple):
        if len(annotation) == 1:
            raise TypeError("Please don't use a tuple if you're just returning one thing.")
        return {default_output_name(index): each for index, each in enumerate(annotation)}
    return {default_output_name(): _without_literal(annotation)}


class _has_default:  # noqa: N801 - upstream's name
    """Marks an input whose default is known only remotely."""


@dataclass(frozen=True)
class NativeInterface:
    """Inputs, as name → (type, default or `inspect.Parameter.empty`), and outputs, as name → type."""

    inputs: dict[str, tuple[Any, Any]]
    outputs: dict[str, Any]
    docstring: Any = None

    has_default: ClassVar[type[_has_default]] = _has_default

    def has_outputs(self) -> bool:
        """Whether the task returns anything."""
        return bool(self.outputs)

    def required_inputs(self) -> list[str]:
        """Names of the inputs without a default."""
        return [name for name, (_, default) in self.inputs.items() if default is _MISSING]

    def num_required_inputs(self) -> int:
        """Number of the inputs without a default."""
        return len(self.required_inputs())

    @classmethod
    def from_types(
        cls, inputs: dict[str, tuple[Any, Any]], outputs: dict[str, Any], default_inputs: Any = None
    ) -> NativeInterface:
        """An interface from types, for tasks without a Python function."""
        return cls(inputs=inputs, outputs=outputs)

    @classmethod
    def from_callable(cls, func: Callable[..., Any]) -> NativeInterface:
        """The interface of a function; annotations are resolved at once (MAPPING TRAP-35).

        Raises:
            NameError: when an annotation cannot be resolved.
            ValueError: for `*args` or `**kwargs`.
            TypeError: for return annotations that v2 refuses.
        """
        signature = inspect.signature(func)
        name = func.__name__
        hints = typing.get_type_hints(func, include_extras=True)
        inputs: dict[str, tuple[Any, Any]] = {}
        for parameter in signature.parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise ValueError(f"Function {name} cannot have variable positional or keyword arguments.")
            if parameter.annotation is _MISSING:
                from ._logging import logger

                logger.warning(
                    f"Function {name} has parameter {parameter.name} without type annotation. Data will be pickled."
                )
            annotation = hints.get(parameter.name, parameter.annotation)
            inputs[parameter.name] = (_without_literal(annotation), parameter.default)
        outputs = extract_return_annotation(hints.get("return", signature.return_annotation))
        return cls(inputs=inputs, outputs=outputs, docstring=func.__doc__)

    def convert_to_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Arguments by name. As upstream, a positional value silently wins over a keyword (MAPPING TRAP-07).

        Raises:
            ValueError: for more arguments than inputs.
        """
        if len(args) > len(self.inputs):
            raise ValueError(
                f"Too many positional arguments provided, expected inputs {self.inputs.keys()}, args {len(args)}"
            )
        kwargs.update(zip(self.inputs, args, strict=False))
        if len(kwargs) > len(self.inputs):
            raise ValueError(
                f"Too many keyword arguments provided, expected inputs {self.inputs.keys()}, args {kwargs.keys()}"
            )
        return kwargs

    def get_input_types(self) -> dict[str, Any]:
        """Input types by name."""
        return {name: annotation for name, (annotation, _) in self.inputs.items()}

    def __repr__(self) -> str:
        def show(annotation: Any) -> str:
            if isinstance(annotation, type) and not hasattr(annotation, "__origin__"):
                return annotation.__name__
            return annotation if isinstance(annotation, str) else repr(annotation)

        inputs = ", ".join(
            f"{name}: {show(annotation)}" + ("" if default is _MISSING else f" = {default}")
            for name, (annotation, default) in self.inputs.items()
        )
        if not self.outputs:
            return f"({inputs}):"
        outputs = ", ".join(f"{name}: {show(annotation)}" for name, annotation in self.outputs.items())
        return f"({inputs}) -> ({outputs}):" if len(self.outputs) > 1 else f"({inputs}) -> {outputs}:"
