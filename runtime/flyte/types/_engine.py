"""User-defined transformers (upstream: `flyte.types.TypeEngine`, `TypeTransformer`; MAPPING TYP-85)."""

from __future__ import annotations

import asyncio
import contextvars
import types
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Generic, TypeVar, get_origin

from .._convert import register_transformer
from .._structured import TypeTransformerFailedError

T = TypeVar("T")


class TypeTransformer(Generic[T]):
    """How a type crosses task borders; `to_literal` and `to_python_value` are coroutines.

    The literal is handed on as it is: whatever `to_literal` returns is what `to_python_value` gets.

    Args:
        name: of the transformer.
        t: the type.
        enable_type_assertions: whether `assert_type` is asked before `to_literal`.
    """

    def __init__(self, name: str, t: type[T], enable_type_assertions: bool = True) -> None:
        self._t = t
        self._name = name
        self._type_assertions_enabled = enable_type_assertions

    @property
    def name(self) -> str:
        """The name of the transformer."""
        return self._name

    @property
    def python_type(self) -> type[T]:
        """The type it carries."""
        return self._t

    @property
    def type_assertions_enabled(self) -> bool:
        """Whether `assert_type` is asked."""
        return self._type_assertions_enabled

    def assert_type(self, t: Any, v: Any) -> None:
        """Refuse a value with TypeTransformerFailedError; by default anything that is no instance of `t`."""
        if isinstance(t, types.GenericAlias):
            origin = get_origin(t)
            if not isinstance(v, origin):
                raise TypeTransformerFailedError(f"Value '{v}' is not of container type {origin}")
        elif not hasattr(t, "__origin__") and not isinstance(v, t):
            raise TypeTransformerFailedError(f"Expected value of type {t} but got '{v}' of type {type(v)}")

    def get_literal_type(self, t: type[T]) -> Any:
        """The type of the literal."""
        raise NotImplementedError("Conversion to LiteralType should be implemented")

    def guess_python_type(self, literal_type: Any) -> type[T]:
        """The type a literal type stands for; ValueError unless overridden."""
        raise ValueError("By default, transformers do not translate from Flyte types back to Python types")

    async def to_literal(self, python_val: T, python_type: type[T], expected: Any) -> Any:
        """The literal of a value."""
        raise NotImplementedError(f"Conversion to Literal for python type {python_type} not implemented")

    async def to_python_value(self, lv: Any, expected_python_type: type[T]) -> T | None:
        """The value of a literal."""
        raise NotImplementedError(
            f"Conversion to python value expected type {expected_python_type} from literal not implemented"
        )

    def to_html(self, python_val: T, expected_python_type: type[T]) -> str:
        """The value as HTML; its text by default."""
        return str(python_val)

    def __repr__(self) -> str:
        return f"{self._name} Transforms ({self._t}) to Flyte native"


class TypeEngine:
    """The registry of transformers."""

    _of_type: ClassVar[dict[type, TypeTransformer[Any]]] = {}

    @classmethod
    def register(cls, transformer: TypeTransformer[Any], additional_types: list[type] | None = None) -> None:
        """Carry a transformer's type, and others, with it.

        Raises:
            ValueError: when one of the types has a transformer already.
        """
        for python_type in [transformer.python_type, *(additional_types or [])]:
            cls.register_additional_type(transformer, python_type)

    @classmethod
    def register_additional_type(
        cls, transformer: TypeTransformer[Any], additional_type: type, override: bool = False
    ) -> None:
        """Carry a type with a transformer.

        Raises:
            ValueError: when the type has a transformer already, unless `override`.
        """
        existing = cls._of_type.get(additional_type)
        if existing is not None and not override:
            raise ValueError(
                f"Transformer {existing.name} for type {additional_type} is already registered."
                f" Cannot override with {transformer.name}"
            )
        cls._of_type[additional_type] = transformer

        def carried(annotation: Any) -> bool:
            return (get_origin(annotation) or annotation) is additional_type

        register_transformer(
            carried,
            lambda value, annotation: _run(
                transformer.to_literal(value, annotation, transformer.get_literal_type(annotation))
            ),
            lambda literal, annotation: _run(transformer.to_python_value(literal, annotation)),
            name=transformer.name,
            assert_type=transformer.assert_type if transformer.type_assertions_enabled else None,
        )

    @classmethod
    def get_transformer(cls, python_type: type) -> TypeTransformer[Any]:
        """The transformer the user registered for a type; ValueError when there is none."""
        if python_type not in cls._of_type:
            raise ValueError(
                f"Type {python_type} not supported currently in Flytekit. Please register a new transformer"
            )
        return cls._of_type[python_type]


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(contextvars.copy_context().run, asyncio.run, coroutine).result()
