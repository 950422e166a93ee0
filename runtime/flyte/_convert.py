"""Values on their way between tasks: native value → wire form → native value, driven by the type hint.

The wire form is plain data that shares nothing with the value it came from, so a callee never sees a change its caller
makes afterwards (MAPPING SEM-11, SEM-12). What is accepted, refused and altered is what the real type engine accepts,
refuses and alters (upstream: `flyte.types._type_engine`; MAPPING section 6.4).

Other modules add types with `register_transformer`.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import inspect
import pickle
import sys
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, Union, get_args, get_origin

from ._interface import LITERAL_ENUM, NativeInterface, is_named_tuple
from ._structured import (
    TypeTransformerFailedError,
    UnserializableField,
    is_typed_dict,
    pack,
    unpack,
    validate_fields,
)
from .errors import RuntimeDataValidationError

_MISSING = inspect.Parameter.empty
_UNION_TYPES = (Union, getattr(types, "UnionType", Union))

# The type of an input that has no usable value: the wire form of an absent literal.
_ABSENT = object()


class Transformer:
    """How values of one kind of type cross a task border.

    Args:
        name: identifies the kind within a Union.
        to_wire: (value, annotation) → wire form; raises TypeTransformerFailedError when the value does not fit.
        from_wire: (wire form, annotation) → value.
        assert_type: (annotation, value) → None; raises TypeTransformerFailedError when the value does not fit.
    """

    __slots__ = ("assert_type", "from_wire", "name", "to_wire")

    def __init__(
        self,
        name: str,
        to_wire: Callable[[Any, Any], Any],
        from_wire: Callable[[Any, Any], Any],
        assert_type: Callable[[Any, Any], None] | None = None,
    ) -> None:
        self.name = name
        self.to_wire = to_wire
        self.from_wire = from_wire
        self.assert_type = assert_type


class Hashed:
    """A wire form that brings its own content hash, used instead of the data in cache keys."""

    __slots__ = ("hash", "wire")

    def __init__(self, wire: Any, hash: str) -> None:  # noqa: A002 - named as users of it read it
        self.wire = wire
        self.hash = hash


_registered: list[tuple[Callable[[Any], bool], Transformer]] = []
_by_annotation: dict[Any, Transformer] = {}


def register_transformer(
    type_predicate: Callable[[Any], bool],
    to_wire: Callable[[Any, Any], Any],
    from_wire: Callable[[Any, Any], Any],
    *,
    name: str | None = None,
    assert_type: Callable[[Any, Any], None] | None = None,
) -> None:
    """Carry all types for which `type_predicate(annotation)` holds; later registrations win over earlier ones.

    The predicate sees the annotation as written, `Annotated` included, then without `Annotated`. For the other
    arguments see `Transformer`. `to_wire` may return `Hashed`; `from_wire` gets what is inside it.
    """
    label = str(name or getattr(type_predicate, "__qualname__", "registered"))
    _registered.insert(0, (type_predicate, Transformer(label, to_wire, from_wire, assert_type)))
    _by_annotation.clear()


# --- simple types ---------------------------------------------------------------------------------------------------


def _refuse(annotation: Any, value: Any) -> TypeTransformerFailedError:
    return TypeTransformerFailedError(f"Expected value of type {annotation} but got '{value}' of type {type(value)}")


def _assert_instance(annotation: Any, value: Any) -> None:
    if isinstance(annotation, types.GenericAlias):
        origin = get_origin(annotation)
        if not isinstance(value, origin):
            raise TypeTransformerFailedError(f"Value '{value}' is not of container type {origin}")
    elif not hasattr(annotation, "__origin__") and not isinstance(value, annotation):
        raise _refuse(annotation, value)


def _simple(kind: type, encode: Callable[[Any], Any], decode: Callable[[Any], Any]) -> Transformer:
    def to_wire(value: Any, annotation: Any) -> Any:
        if not isinstance(value, kind):
            raise _refuse(kind, value)
        return encode(value)

    def from_wire(wire: Any, annotation: Any) -> Any:
        if annotation is not kind and annotation is not None:
            raise TypeTransformerFailedError(f"Cannot convert to type {annotation}, only {kind} is supported")
        if wire is _ABSENT:
            raise TypeTransformerFailedError(f"Cannot convert literal to {kind.__name__}")
        return decode(wire)

    return Transformer(kind.__name__, to_wire, from_wire, _assert_instance)


def _same(value: Any) -> Any:
    return value


def _encode_int(value: int) -> int:
    if isinstance(value, bool):
        raise TypeError(f"bad argument type for built-in operation: {value!r} is a bool, an int is needed")
    plain = int(value)
    if not -(2**63) <= plain < 2**63:
        raise ValueError(f"Value out of range: {plain}")
    return plain


def _encode_datetime(value: datetime.datetime) -> datetime.datetime:
    if value.tzinfo is None:
        return value.replace(tzinfo=datetime.timezone.utc)
    return value.astimezone(datetime.timezone.utc)


def _encode_date(value: datetime.date) -> datetime.date:
    return datetime.date(value.year, value.month, value.day)


def _float_to_wire(value: Any, annotation: Any) -> float:
    # Only reached with an int through a Union: at the top the assertion refuses ints before.
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _refuse(float, value)
    return float(value)


_INT = _simple(int, _encode_int, _same)
_FLOAT = Transformer("float", _float_to_wire, _simple(float, _same, _same).from_wire, _assert_instance)
_NONE = _simple(type(None), _same, _same)
_SIMPLE: dict[Any, Transformer] = {
    int: _INT,
    float: _FLOAT,
    bool: _simple(bool, _same, _same),
    str: _simple(str, lambda value: str.__str__(value), _same),
    datetime.datetime: _simple(datetime.datetime, _encode_datetime, _same),
    datetime.date: _simple(datetime.date, _encode_date, _same),
    datetime.timedelta: _simple(datetime.timedelta, _same, _same),
    type(None): _NONE,
    None: _NONE,
}


# --- enums ----------------------------------------------------------------------------------------------------------


def _assert_enum(annotation: Any, value: Any) -> None:
    if isinstance(value, enum.Enum):
        if not isinstance(value, annotation):
            raise TypeTransformerFailedError(f"Value {value} is not in Enum {annotation}")
        return
    if value not in [member.name for member in annotation] and value not in [member.value for member in annotation]:
        raise TypeTransformerFailedError(f"Value {value} is not in Enum {annotation}")


def _check_transportable(annotation: Any) -> None:
    values = [member.value for member in annotation]
    if not values:
        raise TypeTransformerFailedError(
            f"{annotation.__name__} has no members, so there is nothing to put on the wire."
        )
    if isinstance(values[0], str):
        return
    if issubclass(annotation, enum.Flag):
        raise TypeTransformerFailedError(
            f"{annotation.__name__} is a Flag enum. A composite member such as 'READ|WRITE' cannot be looked up "
            f"by name, so Flag and IntFlag cannot cross a task boundary. Use an IntEnum, or pass the "
            f"combined value as an int."
        )
    if not issubclass(annotation, enum.IntEnum):
        raise TypeTransformerFailedError(
            f"Only string-valued enums and IntEnum are supported, got {annotation.__name__} with "
            f"{type(values[0]).__name__} values."
        )


def _enum_to_wire(value: Any, annotation: Any) -> str:
    by_value = annotation.__name__ == LITERAL_ENUM
    allowed = [member.value if by_value else member.name for member in annotation]
    text = value if isinstance(value, str) and not isinstance(value, enum.Enum) else getattr(value, "name", None)
    if isinstance(value, str) and text not in allowed:
        raise TypeTransformerFailedError(f"Value {text} is not valid value, expected - {allowed}")
    if not isinstance(value, (str, enum.Enum)):
        raise TypeTransformerFailedError("Expected an enum")
    return typing.cast(str, text)


def _enum_from_wire(wire: Any, annotation: Any) -> Any:
    if wire is _ABSENT:
        wire = ""
    return wire if annotation.__name__ == LITERAL_ENUM else annotation[wire]


_ENUM = Transformer("DefaultEnumTransformer", _enum_to_wire, _enum_from_wire, _assert_enum)


# --- containers -----------------------------------------------------------------------------------------------------


def _list_to_wire(value: Any, annotation: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeTransformerFailedError("Expected a list")
    element = get_args(annotation)[0]
    return [to_wire(each, element) for each in value]


def _list_from_wire(wire: Any, annotation: Any) -> list[Any]:
    if wire is _ABSENT:
        return []
    element = get_args(annotation)[0]
    return [from_wire(each, element) for each in wire]


_LIST = Transformer("Typed List", _list_to_wire, _list_from_wire, _assert_instance)


def _dict_to_wire(value: Any, annotation: Any) -> Any:
    if type(value) is not dict:
        raise TypeTransformerFailedError("Expected a dict")
    parameters = get_args(annotation)
    if not parameters or parameters[0] is not str:
        try:
            return pack(value, annotation, embed)
        except UnserializableField:
            raise
        except TypeError as error:
            raise TypeTransformerFailedError(
                f"Cannot convert `{value}` to Flyte Literal.\nError Message: {error}"
            ) from None
    # Upstream keeps these in a protobuf map, which loses the order of the keys, differently in every process. Here the
    # order stays; nothing that is to be deployed may rely on it.
    wire = {}
    for key, each in value.items():
        if type(key) is not str:
            raise ValueError("Flyte MapType expects all keys to be strings")
        wire[key] = to_wire(each, parameters[1])
    return wire


def _dict_from_wire(wire: Any, annotation: Any) -> dict[Any, Any]:
    if wire is _ABSENT:
        raise TypeTransformerFailedError(f"Cannot convert from an empty literal to {annotation}")
    parameters = get_args(annotation)
    if not parameters or parameters[0] is not str:
        return typing.cast("dict[Any, Any]", unpack(wire, annotation, extract))
    return {key: from_wire(each, parameters[1]) for key, each in wire.items()}


_DICT = Transformer("Typed Dict", _dict_to_wire, _dict_from_wire, _assert_instance)


def _assert_union(annotation: Any, value: Any) -> None:
    for variant in get_args(annotation):
        if variant is Any:
            return
        transformer = transformer_for(variant)
        try:
            if transformer.assert_type is not None:
                transformer.assert_type(_bare(variant), value)
            return
        except TypeError:  # TypeTransformerFailedError is one
            continue
    raise TypeTransformerFailedError(f"Value {value} is not of type {annotation}")


def _union_to_wire(value: Any, annotation: Any) -> tuple[int, Any]:
    variants = get_args(annotation)
    if type(value) in variants:
        exact = variants.index(type(value))
        return exact, transformer_for(type(value)).to_wire(value, type(value))
    fitting: list[tuple[int, Any]] = []
    for index, variant in enumerate(variants):
        try:
            fitting.append((index, transformer_for(variant).to_wire(value, _bare(variant))))
        except Exception:
            continue
    if len(fitting) > 1:
        raise TypeError(
            "Ambiguous choice of variant for union type.\n"
            f"Potential types: {[variants[index] for index, _ in fitting]}\n"
            "These types are structurally the same, because it's attributes have the same names and associated types."
        )
    if not fitting:
        raise TypeTransformerFailedError(f"Cannot convert from {value} to {annotation}")
    return fitting[0]


def _shape(annotation: Any) -> Any:
    """What the type engine can tell apart about a type when it reads a Union."""
    annotation = _bare(annotation)
    if dataclasses.is_dataclass(annotation):
        return tuple((each.name, str(each.type)) for each in dataclasses.fields(annotation))
    return annotation


def _union_from_wire(wire: Any, annotation: Any) -> Any:
    if wire is _ABSENT:
        raise TypeError(f"Cannot convert from an empty literal to {annotation} (using tag None)")
    chosen, inner = wire
    variants = get_args(annotation)
    variant = variants[chosen]
    transformer = transformer_for(variant)
    if dataclasses.is_dataclass(_bare(variant)):
        twins = [each for each in variants if transformer_for(each) is transformer and _shape(each) == _shape(variant)]
        if len(twins) > 1:
            raise TypeError(
                f"Ambiguous choice of variant for union type. Both {transformer.name} and {transformer.name} "
                "transformers match"
            )
    return transformer.from_wire(_unhashed(inner), _bare(variant))


_UNION = Transformer("Typed Union", _union_to_wire, _union_from_wire, _assert_union)


# --- structured values ----------------------------------------------------------------------------------------------


def _is_optional(annotation: Any) -> bool:
    return _is_union(annotation) and type(None) in get_args(annotation)


def _assert_dataclass(annotation: Any, value: Any) -> None:
    expected = get_origin(annotation) or annotation
    if isinstance(value, expected):
        return
    declared = {each.name: each.type for each in dataclasses.fields(expected)}
    if isinstance(value, dict):
        _assert_dataclass_dict(expected, declared, value)
        return
    if not dataclasses.is_dataclass(value):
        raise TypeError("must be called with a dataclass type or instance")
    for each in dataclasses.fields(value):
        if each.name not in declared:
            raise TypeTransformerFailedError(
                f"Field '{each.name}' is not present in the expected dataclass fields {expected.__name__}"
            )
        own, wanted = _without_none(each.type), _without_none(declared[each.name])
        inner = getattr(value, each.name)
        if dataclasses.is_dataclass(inner):
            _assert_dataclass(wanted, inner)
        elif own != wanted:
            raise TypeTransformerFailedError(f"Type of Val '{own}' is not an instance of {wanted}")


def _without_none(annotation: Any) -> Any:
    return get_args(annotation)[0] if _is_optional(annotation) else annotation


def _assert_dataclass_dict(expected: Any, declared: dict[str, Any], value: dict[str, Any]) -> None:
    optional = {name for name, annotation in declared.items() if _is_optional(annotation)}
    defaulted = {
        each.name
        for each in dataclasses.fields(expected)
        if each.default is not dataclasses.MISSING or each.default_factory is not dataclasses.MISSING
    }
    missing = set(declared) - optional - set(value) - defaulted
    if missing:
        raise TypeTransformerFailedError(
            f"The original fields are missing the following keys from the dataclass fields: {list(missing)}"
        )
    extra = set(value) - optional - set(declared)
    if extra:
        raise TypeTransformerFailedError(
            f"The original fields have the following extra keys that are not in dataclass fields: {list(extra)}"
        )
    for name, inner in value.items():
        wanted = _without_none(declared[name])
        if isinstance(inner, dict):
            if dataclasses.is_dataclass(wanted):
                _assert_dataclass(wanted, inner)
        elif isinstance(wanted, type) and type(inner) is not wanted:
            raise TypeTransformerFailedError(f"Type of Val '{type(inner)}' is not an instance of {wanted}")


def _dataclass_to_wire(value: Any, annotation: Any) -> Any:
    if isinstance(value, dict):
        try:
            value = unpack(value, annotation, extract)
        except Exception as error:
            raise TypeTransformerFailedError(f"Failed to coerce dict into {annotation}: {error}") from error
    if not dataclasses.is_dataclass(value):
        raise TypeTransformerFailedError(
            f"{type(value)} is not of type @dataclass, only Dataclasses are supported for "
            f"user defined datatypes in Flyte"
        )
    return pack(value, annotation, embed)


def _structured_from_wire(wire: Any, annotation: Any) -> Any:
    return unpack({} if wire is _ABSENT else wire, annotation, extract)


_DATACLASS = Transformer("Object-Dataclass-Transformer", _dataclass_to_wire, _structured_from_wire, _assert_dataclass)


def _model_to_wire(value: Any, annotation: Any) -> Any:
    import json

    if isinstance(value, dict):
        try:
            value = annotation.model_validate(value, strict=False, context={"deserialize": True})
        except Exception as error:
            raise TypeTransformerFailedError(f"Failed to coerce dict into {annotation}: {error}") from error
    return json.loads(value.model_dump_json())


def _model_from_wire(wire: Any, annotation: Any) -> Any:
    return annotation.model_validate({} if wire is _ABSENT else wire, strict=False, context={"deserialize": True})


_MODEL = Transformer("Pydantic Transformer", _model_to_wire, _model_from_wire)


def _record_to_wire(value: Any, annotation: Any) -> Any:
    return pack(validate_fields(value, annotation), annotation, embed)


# As upstream, nothing is asserted before the elements are validated: a list passes for a tuple.
_RECORD = Transformer("Typed Record", _record_to_wire, _structured_from_wire)


# --- everything else: pickle ----------------------------------------------------------------------------------------


class _ByReference(pickle.Pickler):
    """Pickles functions, classes and modules by reference when their name does not lead back to them.

    Upstream's cloudpickle sends them by value; within one process a reference behaves the same.
    """

    def __init__(self, file: Any) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.references: list[Any] = []

    def persistent_id(self, obj: Any) -> int | None:
        if not isinstance(obj, (types.FunctionType, type, types.ModuleType)):
            return None
        if not isinstance(obj, types.ModuleType):
            found: Any = sys.modules.get(obj.__module__)
            for part in obj.__qualname__.split("."):
                found = getattr(found, part, None)
            if found is obj:
                return None
        self.references.append(obj)
        return len(self.references) - 1


class _FromReference(pickle.Unpickler):
    def __init__(self, file: Any, references: list[Any]) -> None:
        super().__init__(file)
        self._references = references

    def persistent_load(self, pid: Any) -> Any:
        return self._references[pid]


class Pickled:
    """The wire form of a value of no known type."""

    __slots__ = ("data", "references")

    def __init__(self, data: bytes, references: list[Any]) -> None:
        self.data = data
        self.references = references


def _pickle_to_wire(value: Any, annotation: Any) -> Any:
    if value is None:
        raise AssertionError("Cannot pickle None Value.")
    try:
        wire = Pickled(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL), [])
    except (pickle.PicklingError, AttributeError, TypeError):
        import io

        buffer = io.BytesIO()
        pickler = _ByReference(buffer)
        pickler.dump(value)
        wire = Pickled(buffer.getvalue(), pickler.references)
    if isinstance(value, (set, frozenset)):
        # A set iterates in hash order, so its bytes differ between processes.
        try:
            return Hashed(wire, repr(sorted(value)))
        except TypeError:
            return wire
    return wire


def _pickle_from_wire(wire: Any, annotation: Any) -> Any:
    if wire is _ABSENT:
        raise ValueError(f"Cannot convert an empty literal to {annotation}")
    import io

    return _FromReference(io.BytesIO(wire.data), wire.references).load()


_PICKLE = Transformer("FlytePickle", _pickle_to_wire, _pickle_from_wire)


# --- choosing -------------------------------------------------------------------------------------------------------


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in _UNION_TYPES


def _is_typed_tuple(annotation: Any) -> bool:
    return get_origin(annotation) is tuple and bool(get_args(annotation))


def _is_model(annotation: Any) -> bool:
    return (
        isinstance(annotation, type) and hasattr(annotation, "model_validate") and hasattr(annotation, "model_fields")
    )


# Values of these packages are carried by transformers that `flyte.io` registers when it is imported.
_FRAME_PACKAGES = frozenset({"pandas", "pandera", "polars", "pyarrow"})


def _choose(annotation: Any) -> Transformer:
    if getattr(_bare(annotation), "__module__", "").split(".")[0] in _FRAME_PACKAGES and "flyte.io" not in sys.modules:
        import importlib

        importlib.import_module("flyte.io")
    for predicate, transformer in _registered:
        if predicate(annotation):
            return transformer
    if get_origin(annotation) is Annotated:
        return transformer_for(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _ENUM
    if is_named_tuple(annotation) or _is_typed_tuple(annotation) or is_typed_dict(annotation):
        return _RECORD
    if _is_union(annotation):
        return _UNION
    origin = get_origin(annotation)
    if origin is list:
        return _LIST
    if origin is dict or annotation is dict:
        return _DICT
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if isinstance(annotation, type):
        for base in annotation.__mro__[1:]:
            if base in _SIMPLE:
                return _SIMPLE[base]
            if base is dict:
                return _DICT
    if dataclasses.is_dataclass(origin or annotation):
        return _DATACLASS
    if _is_model(annotation):
        return _MODEL
    return _PICKLE


def check_annotation(annotation: Any) -> None:
    """Check that a type can cross at all, before any value is looked at; only enums and what contains them may not.

    Raises:
        TypeTransformerFailedError: for an enum that cannot be looked up by name.
        ValueError: for a list, dict or Union of such.
    """
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        _check_transportable(annotation)
        return
    origin = get_origin(annotation)
    if origin is list and not get_args(annotation):
        raise ValueError(
            "Type of Generic List type is not supported, Only generic univariate typing.List[T] type is supported."
        )
    if isinstance(annotation, types.GenericAlias) and issubclass(origin, dict) and origin is not dict:
        raise ValueError(f"Trying to extract dictionary type information from a non-dict type {annotation}")
    container = "Union" if _is_union(annotation) else "List" if get_origin(annotation) in (list, dict) else None
    if container is None:
        return
    try:
        for parameter in get_args(annotation):
            check_annotation(parameter)
    except Exception as error:
        raise ValueError(f"Type of Generic {container} type is not supported, {error}") from error


def transformer_for(annotation: Any) -> Transformer:
    """The transformer that carries values of a type."""
    try:
        found = _by_annotation.get(annotation)
    except TypeError:  # unhashable metadata inside Annotated
        return _choose(annotation)
    if found is None:
        found = _by_annotation[annotation] = _choose(annotation)
    return found


def to_wire(value: Any, annotation: Any) -> Any:
    """The wire form of a value declared as `annotation`.

    Raises:
        TypeTransformerFailedError: when the value does not fit.
    """
    transformer = transformer_for(annotation)
    value = getattr(value, "__flyte_artifact_value__", value)
    if transformer.assert_type is not None:
        transformer.assert_type(_bare(annotation), value)
    registered = get_origin(annotation) is Annotated and any(transformer is each for _, each in _registered)
    return transformer.to_wire(value, annotation if registered else _bare(annotation))


def _unhashed(wire: Any) -> Any:
    return wire.wire if type(wire) is Hashed else wire


def from_wire(wire: Any, annotation: Any) -> Any:
    """The native value of a wire form; every call returns a fresh one."""
    transformer = transformer_for(annotation)
    registered = get_origin(annotation) is Annotated and any(transformer is each for _, each in _registered)
    return transformer.from_wire(_unhashed(wire), annotation if registered else _bare(annotation))


class Embedded:
    """A registered type's wire form within structured data."""

    __slots__ = ("wire",)

    def __init__(self, wire: Any) -> None:
        self.wire = wire


def embed(value: Any, annotation: Any) -> Any:
    """The form of a registered type inside a dataclass or dict; None when the type is not registered."""
    transformer = transformer_for(annotation)
    if any(transformer is each for _, each in _registered) or transformer is _MODEL:
        return Embedded(to_wire(value, annotation))
    return None


def extract(wire: Any, annotation: Any) -> Any:
    """The value of an `embed`ded form; the form itself is left alone when it is not one."""
    return from_wire(wire.wire, annotation) if type(wire) is Embedded else wire


# --- interfaces -----------------------------------------------------------------------------------------------------


def inputs_to_wire(interface: NativeInterface, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The wire forms of a call's arguments, defaults included, in the order of the interface.

    Raises:
        ValueError: for too many or missing arguments.
        TypeError: when a value does not fit its type (MAPPING TST-07).
    """
    named = interface.convert_to_kwargs(*args, **kwargs)
    missing = [name for name in interface.required_inputs() if name not in named]
    if missing:
        raise ValueError(f"Missing required inputs: {', '.join(missing)}")
    wires: dict[str, Any] = {}
    for name, (annotation, default) in interface.inputs.items():
        if name in named:
            value = named[name]
        elif default is None and annotation is not None and not _admits_none(annotation):
            # `x: int = None` (MAPPING TRAP-09): upstream sends an empty literal, which the callee cannot read.
            wires[name] = _ABSENT
            continue
        else:
            value = default
        check_annotation(annotation)
        try:
            wires[name] = to_wire(value, annotation)
        except TypeError as error:
            raise TypeError(
                f"Type conversion failed for variable '{name}'.\n"
                f"Expected type: {annotation}\n"
                f"Actual type: {type(value)}\n"
                f"Value received: {value!r}\n"
                f"Reason: {error}"
            ) from error
    return wires


def _admits_none(annotation: Any) -> bool:
    return annotation is type(None) or type(None) in get_args(annotation)


def inputs_from_wire(interface: NativeInterface, wires: dict[str, Any]) -> dict[str, Any]:
    """Fresh native arguments for a task body.

    Raises:
        TypeTransformerFailedError: when a wire form cannot be read as its type.
    """
    return {name: _read(name, wire, interface.inputs[name][0]) for name, wire in wires.items()}


def _read(name: str, wire: Any, annotation: Any) -> Any:
    try:
        value = from_wire(wire, annotation)
        if isinstance(value, Exception):
            # Upstream gathers the values together with the failures of reading them, and takes one for the other.
            raise value
        return value
    except Exception as error:
        raise TypeTransformerFailedError(
            f"Error converting input '{name}':\n"
            f"Literal value: {'' if wire is _ABSENT else wire}\n"
            f"Expected Python type: {annotation}\n"
            f"Exception: {error}"
        ) from error


def outputs_to_wire(value: Any, interface: NativeInterface, task_name: str) -> list[Any]:
    """The wire forms of a task's result.

    Raises:
        RuntimeDataValidationError: when a value does not fit, or none was declared (MAPPING TRAP-08).
        AssertionError: for a wrong number of values.
    """
    values = value if isinstance(value, tuple) else (value,)
    if not interface.outputs:
        if len(values) == 1 and values[0] is not None:
            raise RuntimeDataValidationError(
                "o0", f"Expected no outputs but got {values},did you miss a return type annotation?", task_name
            )
        return []
    assert len(values) == len(interface.outputs), (
        f"Received {len(values)} outputs but return annotation has {len(interface.outputs)} outputs specified. "
    )
    wires = []
    for (name, annotation), each in zip(interface.outputs.items(), values, strict=True):
        try:
            check_annotation(annotation)
            wires.append(to_wire(each, annotation))
        except TypeTransformerFailedError as error:
            raise RuntimeDataValidationError(name, error, task_name) from None
    return wires


def outputs_from_wire(interface: NativeInterface, wires: list[Any]) -> Any:
    """What the caller of a task gets: None, the one value, or a plain tuple (MAPPING TRAP-02)."""
    values = tuple(
        _read(name, wire, annotation) for (name, annotation), wire in zip(interface.outputs.items(), wires, strict=True)
    )
    if not values:
        return None
    return values[0] if len(values) == 1 else values


def digest(wire: Any) -> bytes:
    """A stable hash of a wire form, independent of the order of dict keys."""
    import hashlib

    hasher = hashlib.sha256()
    _feed(hasher, wire)
    return hasher.digest()


def _feed(hasher: Any, wire: Any) -> None:
    if type(wire) is Hashed:
        hasher.update(b"h" + wire.hash.encode())
    elif isinstance(wire, dict):
        hasher.update(b"d%d" % len(wire))
        for key in sorted(wire, key=repr):
            hasher.update(repr(key).encode())
            _feed(hasher, wire[key])
    elif isinstance(wire, (list, tuple)):
        hasher.update(b"l%d" % len(wire))
        for each in wire:
            _feed(hasher, each)
    elif type(wire) is Pickled:
        hasher.update(b"p" + wire.data)
    elif type(wire) is Embedded:
        _feed(hasher, wire.wire)
    elif wire is _ABSENT:
        hasher.update(b"a")
    else:
        hasher.update(type(wire).__name__.encode() + repr(wire).encode())


# Pickles above this size travel as files (upstream: `DEFAULT_PICKLE_BYTES_LIMIT`).
_LARGEST_INLINE_PICKLE = 10 * 1024


def inline_size(wire: Any) -> int:
    """About how many bytes a wire form takes within a message; what travels as a file counts nothing."""
    if type(wire) is Hashed:
        return inline_size(wire.wire)
    if type(wire) is Pickled:
        return len(wire.data) if len(wire.data) <= _LARGEST_INLINE_PICKLE else 0
    if isinstance(wire, dict):
        return sum(inline_size(key) + inline_size(each) for key, each in wire.items())
    if isinstance(wire, (list, tuple)):
        return sum(inline_size(each) for each in wire)
    if isinstance(wire, str):
        return len(wire.encode("utf-8", "replace"))
    return len(wire) if isinstance(wire, bytes) else 8
