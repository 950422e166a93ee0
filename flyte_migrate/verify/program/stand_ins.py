"""Stand-ins for third-party modules that are not installed, and a note of every one that is touched.

Only imports by the user's own files get one: libraries ask for optional modules on purpose. A stand-in can be called,
subclassed, used as a decorator and asked for any attribute; whatever comes of it is a stand-in again.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterable, Iterator, Sequence
from types import FrameType, ModuleType
from typing import Any

_imported: list[str] = []
_used: list[str] = []


def imported() -> list[str]:
    """The modules that were replaced, in order."""
    return list(dict.fromkeys(_imported))


def used() -> list[str]:
    """The modules whose stand-ins were touched since `forget_uses`."""
    return list(dict.fromkeys(_used))


def forget_uses() -> None:
    """Begin a new list of uses."""
    _used.clear()


def install(source: str, never: Iterable[str]) -> None:
    """Replace what is missing for importers below the folder ``source``, but nothing of the packages ``never``."""
    sys.meta_path.append(_Finder(source, frozenset(never)))


def is_stand_in(value: Any) -> bool:
    """Whether ``value`` came from a stand-in."""
    return isinstance(value, (StandIn, _StandInBase))


class StandIn:
    """Anything that a missing module might have held; ``name`` is its dotted name there."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _member(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        _note(self._name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        _note(self._name)
        if len(args) == 1 and not kwargs and callable(args[0]) and not is_stand_in(args[0]):
            return args[0]  # used as a decorator
        return StandIn(f"{self._name}()")

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (_base(self._name),)

    def __instancecheck__(self, instance: Any) -> bool:
        _note(self._name)
        return False

    def __getitem__(self, key: Any) -> Any:
        _note(self._name)
        return StandIn(f"{self._name}[...]")

    def __setitem__(self, key: Any, value: Any) -> None:
        _note(self._name)

    def __iter__(self) -> Iterator[Any]:
        _note(self._name)
        return iter(())

    def __len__(self) -> int:
        _note(self._name)
        return 0

    def __bool__(self) -> bool:
        _note(self._name)
        return True

    def __enter__(self) -> Any:
        _note(self._name)
        return self

    def __exit__(self, *details: Any) -> None:
        pass

    def __or__(self, other: Any) -> Any:
        return StandIn(f"{self._name}|...")

    __ror__ = __or__

    def _combined(self, other: Any = None) -> Any:
        _note(self._name)
        return StandIn(f"{self._name}…")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _combined
    __matmul__ = __pow__ = __mod__ = __floordiv__ = __and__ = __lt__ = __gt__ = __le__ = __ge__ = __neg__ = _combined

    def __repr__(self) -> str:
        return f"<stand-in for {self._name}>"

    def __reduce__(self) -> Any:
        return (StandIn, (self._name,))


class _StandInBase:
    """The base of classes that derive from a stand-in."""

    _stand_in = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _note(self._stand_in)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _member(f"{self._stand_in}.{name}")


def _base(name: str) -> type:
    _note(name)
    return type(name.rpartition(".")[2], (_StandInBase,), {"_stand_in": name})


def _member(name: str) -> Any:
    _note(name)
    last = name.rpartition(".")[2]
    if last.endswith(("Error", "Exception")):
        return type(last, (Exception,), {})  # an `except` clause takes nothing else
    return StandIn(name)


def _note(name: str) -> None:
    _used.append(name.partition(".")[0])


class _StandInModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        made = _member(f"{self.__name__}.{name}")
        self.__dict__[name] = made
        return made


class _Loader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__path__ = []


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, source: str, never: frozenset[str]) -> None:
        self._source = source
        self._never = never

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = name.partition(".")[0]
        if top in self._never:
            return None
        if top == name:
            if not self._asked_by_user():
                return None
            _imported.append(top)
        elif not isinstance(sys.modules.get(top), _StandInModule):
            return None
        return importlib.machinery.ModuleSpec(name, _Loader(), is_package=True)

    def _asked_by_user(self) -> bool:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if not file.startswith("<frozen") and file != __file__:
                return file.startswith(self._source)
            frame = frame.f_back
        return False
