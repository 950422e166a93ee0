"""Dataclasses, dicts, tuples and typed dicts as plain data, and back.

`pack` and `unpack` follow the rules of the codec the real type engine uses (mashumaro with MessagePack): declared types
drive the form, numbers are taken as they are on the way in and converted on the way out, containers of unknown element
type become what MessagePack makes of them: a tuple arrives as a list (MAPPING TYP-82, SEM-12).
"""

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import datetime
import enum
import os
import sys
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

_UNION_TYPES = (Union, getattr(types, "UnionType", Union))

# Hooks of the caller for types it carries itself: embed(value, annotation) → form or None; extract(form, annotation).
Embed = Callable[[Any, Any], Any]
Extract = Callable[[Any, Any], Any]


class UnserializableField(TypeError):  # noqa: N818 - users see mashumaro's name as `code`
    """A field whose declared type has no plain form."""


class MissingField(LookupError):  # noqa: N818 - as above
    """A required field is absent."""


class InvalidFieldValue(ValueError):  # noqa: N818 - as above
    """A field's value cannot be read as its declared type."""


class TypeTransformerFailedError(TypeError, AssertionError, ValueError):
    """A value does not fit the type it is declared as (upstream: `flyte.types.TypeTransformerFailedError`)."""


class ValidationError(ValueError):
    """A tuple, NamedTuple or TypedDict does not have the declared shape."""


# Types whose plain form is their `str`, by name: importing their modules costs more than most programs ever use.
_STR_FORMS = frozenset(
    {
        "uuid.UUID",
        "decimal.Decimal",
        "fractions.Fraction",
        "ipaddress.IPv4Address",
        "ipaddress.IPv6Address",
        "ipaddress.IPv4Network",
        "ipaddress.IPv6Network",
    }
)
_ISO_FORMS = (datetime.datetime, datetime.date, datetime.time)


def _has_str_form(kind: Any) -> bool:
    return f"{kind.__module__}.{kind.__qualname__}" in _STR_FORMS


def _is_pattern(kind: Any) -> bool:
    return bool(kind.__module__ == "re" and kind.__qualname__ == "Pattern")


_LISTS: dict[Any, Callable[[Any], Any]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
}

_DICTS: dict[Any, Callable[[Any], Any]] = {
    dict: dict,
    collections.OrderedDict: collections.OrderedDict,
    collections.abc.Mapping: dict,
    collections.abc.MutableMapping: dict,
}


def plain(value: Any) -> Any:
    """A value of unknown type as MessagePack would carry it: tuples become lists, subclasses their base.

    Raises:
        TypeError: for a value MessagePack has no form for.
        OverflowError: for an integer beyond 64 bits.
    """
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        number = int(value)
        if not -(2**63) <= number < 2**64:
            raise OverflowError("Integer value out of range")
        return number
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items()}
    raise TypeError(f"can not serialize {type(value).__name__!r} object")


def _resolved(annotation: Any) -> Any:
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, typing.NewType):
            annotation = annotation.__supertype__
        else:
            return annotation


def _field_types(annotation: Any) -> dict[str, Any]:
    """Types of a dataclass's fields, with the type variables of a parameterised one filled in."""
    cls = get_origin(annotation) or annotation
    hints = typing.get_type_hints(cls, include_extras=True)
    if sys.version_info < (3, 11):
        hints = {name: _named(hint, cls) for name, hint in hints.items()}
    bound = dict(zip(getattr(cls, "__parameters__", ()), get_args(annotation), strict=False))
    return {name: bound.get(hint, hint) if isinstance(hint, typing.TypeVar) else hint for name, hint in hints.items()}


def _named(hint: Any, cls: type) -> Any:
    """The hint with names in it resolved: before Python 3.11 `get_type_hints` leaves the text in `list["Tree"]`."""
    if isinstance(hint, str):
        return eval(hint, vars(sys.modules[cls.__module__]), {cls.__name__: cls})
    if isinstance(hint, types.GenericAlias):
        generic: Any = get_origin(hint)
        return generic[tuple(_named(each, cls) for each in get_args(hint))]
    if get_origin(hint) in _UNION_TYPES:
        return Union[tuple(_named(each, cls) for each in get_args(hint))]  # noqa: UP007 - made at run time
    return hint


def is_named_tuple(annotation: Any) -> bool:
    """Whether the annotation is a NamedTuple class."""
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields")


def _tuple_types(annotation: Any, length: int) -> list[Any]:
    """Element types of a tuple annotation, for that many elements."""
    if is_named_tuple(annotation):
        hints = typing.get_type_hints(annotation, include_extras=True)
        return [hints.get(name, Any) for name in annotation._fields]
    parameters = get_args(annotation)
    if not parameters:
        return [Any] * length
    if len(parameters) == 2 and parameters[1] is Ellipsis:
        return [parameters[0]] * length
    return list(parameters)


def pack(value: Any, annotation: Any, embed: Embed) -> Any:
    """The plain form of a value declared as `annotation`.

    Raises:
        UnserializableField: when the annotation has no plain form.
        TypeError: when a value of unknown type has none.
    """
    annotation = _resolved(annotation)
    origin = get_origin(annotation) or annotation
    if annotation is Any or isinstance(annotation, typing.TypeVar):
        return plain(value)
    if origin in _UNION_TYPES:
        return _pack_union(value, get_args(annotation), embed)
    if origin is Literal:
        if value not in get_args(annotation):
            raise InvalidFieldValue(f"{value!r} is not one of {get_args(annotation)}")
        return plain(value.value if isinstance(value, enum.Enum) else value)
    embedded = embed(value, annotation)
    if embedded is not None:
        return embedded
    if origin in (int, float, bool, type(None), None) or origin in (bytes, bytearray, memoryview):
        return plain(value)
    if dataclasses.is_dataclass(origin):
        hints = _field_types(annotation)
        return {
            each.name: pack(getattr(value, each.name), hints[each.name], embed) for each in dataclasses.fields(origin)
        }
    if is_typed_dict(annotation):
        hints, _ = _typed_dict_fields(annotation)
        return {name: pack(value[name], hint, embed) for name, hint in hints.items() if name in value}
    if not isinstance(origin, type):
        raise UnserializableField(f"{annotation} as a field type is not supported")
    if issubclass(origin, enum.Enum):
        return plain(value.value)
    if issubclass(origin, str):
        return plain(value)
    if origin in _ISO_FORMS:
        return value.isoformat()
    if _has_str_form(origin):
        return str(value)
    if _is_pattern(origin):
        return value.pattern
    if origin is datetime.timedelta:
        return value.total_seconds()
    if origin is datetime.timezone:
        return value.tzname(None)
    if issubclass(origin, os.PathLike):
        return value.__fspath__()
    if issubclass(origin, tuple):
        return [pack(each, hint, embed) for each, hint in zip(value, _tuple_types(annotation, len(value)), strict=True)]
    parameters = get_args(annotation)
    if origin in _LISTS:
        element = parameters[0] if parameters else Any
        if origin is list and element in (Any, int, float, bool, str):
            return plain(value)
        return [pack(each, element, embed) for each in value]
    if origin is collections.Counter:
        return {pack(key, parameters[0] if parameters else Any, embed): plain(each) for key, each in value.items()}
    if origin in _DICTS or origin is collections.defaultdict:
        if not parameters and origin is dict:
            return plain(value)
        key_type, value_type = parameters or (Any, Any)
        return {pack(key, key_type, embed): pack(each, value_type, embed) for key, each in value.items()}
    if origin is object:
        return plain(value)
    raise UnserializableField(f"{annotation} as a field type is not supported")


def _pack_union(value: Any, variants: tuple[Any, ...], embed: Embed) -> Any:
    if value is None and type(None) in variants:
        return None
    for variant in sorted(
        (each for each in variants if each is not type(None)), key=lambda each: not _is_a(value, each)
    ):
        try:
            return pack(value, variant, embed)
        except Exception:
            continue
    raise InvalidFieldValue(f"{value!r} fits none of {variants}")


def _is_a(value: Any, annotation: Any) -> bool:
    origin = get_origin(_resolved(annotation)) or _resolved(annotation)
    return isinstance(origin, type) and type(value) is origin


def unpack(data: Any, annotation: Any, extract: Extract) -> Any:
    """The value of a plain form, as `annotation` declares it.

    Raises:
        InvalidFieldValue, MissingField, ValueError, TypeError, KeyError: when the form does not fit.
    """
    annotation = _resolved(annotation)
    origin = get_origin(annotation) or annotation
    if annotation is Any or isinstance(annotation, typing.TypeVar) or origin is object:
        return _copy(data)
    if origin in _UNION_TYPES:
        return _unpack_union(data, get_args(annotation), extract)
    if origin is Literal:
        return _unpack_literal(data, get_args(annotation))
    extracted = extract(data, annotation)
    if extracted is not data:
        return extracted
    if dataclasses.is_dataclass(origin):
        return _unpack_dataclass(data, annotation, extract)
    if origin in (type(None), None):
        return None
    if is_typed_dict(annotation):
        hints, _ = _typed_dict_fields(annotation)
        absent = [name for name in annotation.__required_keys__ if name not in data]
        if absent:
            raise MissingField(f'Field "{absent[0]}" is missing in {annotation.__name__} instance')
        return {name: unpack(data[name], hint, extract) for name, hint in hints.items() if name in data}
    if origin in (int, float, bool, str, bytes, bytearray, memoryview) or issubclass(origin, enum.Enum):
        return origin(data)
    if issubclass(origin, str):
        return str(data)
    if origin in _ISO_FORMS:
        return origin.fromisoformat(data)
    if _has_str_form(origin):
        return origin(data)
    if _is_pattern(origin):
        import re

        return re.compile(data)
    if origin is datetime.timedelta:
        return datetime.timedelta(seconds=data)
    if origin is datetime.timezone:
        return datetime.datetime.strptime(data.replace("UTC", "") or "+0000", "%z").tzinfo
    if origin is os.PathLike:
        import pathlib

        return pathlib.PurePath(data)
    if issubclass(origin, os.PathLike):
        return origin(data)
    if issubclass(origin, tuple):
        kinds = _tuple_types(annotation, len(data))
        values = [unpack(data[index], kind, extract) for index, kind in enumerate(kinds)]
        return origin(*values) if is_named_tuple(origin) else tuple(values)
    parameters = get_args(annotation)
    if origin in _LISTS:
        element = parameters[0] if parameters else Any
        return _LISTS[origin]([unpack(each, element, extract) for each in data])
    if origin is collections.Counter:
        return collections.Counter(
            {unpack(key, parameters[0] if parameters else Any, extract): int(each) for key, each in data.items()}
        )
    key_type, value_type = parameters or (Any, Any)
    pairs = [(unpack(key, key_type, extract), unpack(each, value_type, extract)) for key, each in data.items()]
    if origin is collections.defaultdict:
        return collections.defaultdict(get_origin(value_type) or value_type, pairs)
    return _DICTS[origin](pairs)


def _copy(data: Any) -> Any:
    if isinstance(data, list):
        return [_copy(each) for each in data]
    if isinstance(data, dict):
        return {key: _copy(each) for key, each in data.items()}
    return data


def _unpack_literal(data: Any, choices: tuple[Any, ...]) -> Any:
    for choice in choices:
        if data == (choice.value if isinstance(choice, enum.Enum) else choice):
            return choice
    raise ValueError(data)


def _unpack_union(data: Any, variants: tuple[Any, ...], extract: Extract) -> Any:
    if data is None and type(None) in variants:
        return None
    if type(data) in variants and type(data) in (int, float, bool, str):
        return data
    for variant in variants:
        if variant is type(None):
            continue
        try:
            return unpack(data, variant, extract)
        except Exception:
            continue
    raise ValueError(f"{data!r} fits none of {variants}")


def _unpack_dataclass(data: Any, annotation: Any, extract: Extract) -> Any:
    cls = get_origin(annotation) or annotation
    hints = _field_types(annotation)
    arguments: dict[str, Any] = {}
    for each in dataclasses.fields(cls):
        if not each.init:
            continue
        if each.name in data:
            try:
                arguments[each.name] = unpack(data[each.name], hints[each.name], extract)
            except Exception as error:
                raise InvalidFieldValue(
                    f'Field "{each.name}" of type {hints[each.name]} in {cls.__name__} has invalid value '
                    f"{data[each.name]!r}"
                ) from error
        elif each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
            raise MissingField(f'Field "{each.name}" of type {hints[each.name]} is missing in {cls.__name__} instance')
    return cls(**arguments)


# --- tuples and typed dicts: the checks of the validating layer in front (upstream: `flyte.types._tuple_dict`) --------


def is_typed_dict(annotation: Any) -> bool:
    """Whether the annotation is a TypedDict class, from `typing` or `typing_extensions`."""
    return isinstance(annotation, type) and issubclass(annotation, dict) and hasattr(annotation, "__required_keys__")


def _typed_dict_fields(annotation: Any) -> tuple[dict[str, Any], set[str]]:
    """Types of a TypedDict's fields, and which are marked NotRequired; `total=False` does not count upstream."""
    hints: dict[str, Any] = {}
    optional: set[str] = set()
    for name, hint in typing.get_type_hints(annotation, include_extras=True).items():
        marker = str(get_origin(hint)).rpartition(".")[2]
        if marker == "NotRequired":
            optional.add(name)
        hints[name] = get_args(hint)[0] if marker in ("NotRequired", "Required") else hint
    return hints, optional


def validate_fields(value: Any, annotation: Any) -> Any:
    """The value with its elements brought to their declared types where that loses nothing.

    Raises:
        ValidationError: when it cannot be done, or a field is missing.
        TypeTransformerFailedError: for a tuple of another length, or no dict for a TypedDict.
    """
    if is_typed_dict(annotation):
        if not isinstance(value, dict):
            raise TypeTransformerFailedError(f"Expected a dict but got {type(value)}")
        hints, optional = _typed_dict_fields(annotation)
        given = {name: each for name, each in value.items() if each is not None or name not in optional}
        return _validated(given, hints, optional)
    if is_named_tuple(annotation):
        hints = dict(zip(annotation._fields, _tuple_types(annotation, len(annotation._fields)), strict=True))
        if not hasattr(value, "_asdict"):
            value = {annotation._fields[index]: value[index] for index in range(len(value))}
        else:
            value = value._asdict()
        return annotation(**_validated(value, hints, set()))
    kinds = _tuple_types(annotation, len(value))
    if len(kinds) != len(value):
        raise TypeTransformerFailedError(f"Tuple length {len(value)} doesn't match expected length {len(kinds)}")
    return tuple(_lax(value[index], kind) for index, kind in enumerate(kinds))


def _validated(given: dict[str, Any], hints: dict[str, Any], optional: set[str]) -> dict[str, Any]:
    missing = [name for name in hints if name not in given and name not in optional]
    if missing:
        raise ValidationError(f"Field required: {', '.join(missing)}")
    return {name: _lax(given[name], hint) for name, hint in hints.items() if name in given}


def _refused(value: Any, annotation: Any) -> ValidationError:
    shown = getattr(annotation, "__name__", annotation)
    return ValidationError(f"Input should be a valid {shown}, got {value!r} of type {type(value).__name__}")


def _lax(value: Any, annotation: Any) -> Any:
    annotation = _resolved(annotation)
    origin = get_origin(annotation) or annotation
    if origin in _UNION_TYPES:
        variants = get_args(annotation)
        if type(value) in variants:
            return value
        for variant in variants:
            try:
                return _lax(value, variant)
            except ValidationError:
                continue
        raise _refused(value, annotation)
    if origin is int:
        return _lax_int(value)
    if origin is float:
        return _lax_float(value)
    if origin is bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, (int, float, str)) and str(value).lower() in _BOOLEANS:
            return _BOOLEANS[str(value).lower()]
        raise _refused(value, annotation)
    if origin is str:
        if not isinstance(value, str):
            raise _refused(value, annotation)
        return value
    if is_named_tuple(origin) or origin is tuple or is_typed_dict(origin):
        if not isinstance(value, (tuple, list, dict)):
            raise _refused(value, annotation)
        try:
            return validate_fields(value, annotation)
        except TypeTransformerFailedError as error:
            raise ValidationError(str(error)) from None
    if origin is list:
        if not isinstance(value, (list, tuple, set, frozenset, collections.deque)):
            raise _refused(value, annotation)
        element = get_args(annotation)
        return [_lax(each, element[0]) for each in value] if element else list(value)
    if origin is dict:
        if not isinstance(value, dict):
            raise _refused(value, annotation)
        kinds = get_args(annotation)
        return {_lax(key, kinds[0]): _lax(each, kinds[1]) for key, each in value.items()} if kinds else dict(value)
    if origin in (type(None), None):
        if value is not None:
            raise _refused(value, annotation)
        return None
    if isinstance(origin, type) and issubclass(origin, enum.Enum) and not isinstance(value, origin):
        try:
            return origin(value)
        except ValueError:
            raise _refused(value, annotation) from None
    if isinstance(origin, type) and origin is not object and not isinstance(value, origin):
        raise _refused(value, annotation)
    return value


_BOOLEANS = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "y", "on", "t"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "n", "off", "f"), False),
}


def _lax_int(value: Any) -> int:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    raise _refused(value, int)


def _lax_float(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise _refused(value, float)
