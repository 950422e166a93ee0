"""Content hashes that replace a value's own data in cache keys (upstream: `flyte.io._hashing_io`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class HashMethod(Protocol):
    """Something that is fed data and gives a text."""

    def update(self, data: Any, /) -> None: ...

    def result(self) -> str: ...

    def reset(self) -> None: ...


class HashFunction(HashMethod):
    """A hash computed by a function of the whole value (upstream: `flyte.io.HashFunction`; MAPPING TYP-61)."""

    def __init__(self, fn: Callable[[Any], str]) -> None:
        self._fn = fn

    def update(self, data: Any) -> None:
        """Compute the hash of `data`, replacing the previous one."""
        self._value = self._fn(data)

    def result(self) -> str:
        """The last hash; AttributeError before the first `update`."""
        return self._value

    @classmethod
    def from_fn(cls, fn: Callable[[Any], str]) -> HashFunction:
        """The hash that `fn` computes."""
        return cls(fn)


class PrecomputedValue(HashMethod):
    """A hash that is known already."""

    def __init__(self, value: str) -> None:
        self._value = value

    def update(self, data: Any, /) -> None:
        """Nothing: the value is known."""

    def result(self) -> str:
        """The value."""
        return self._value


class HashlibAccumulator(HashMethod):
    """A hash of `hashlib`, fed piece by piece."""

    def __init__(self, h: Any) -> None:
        self._h = h

    def update(self, data: Any, /) -> None:
        """Feed bytes."""
        self._h.update(data)

    def result(self) -> str:
        """The digest, in hexadecimal."""
        digest: str = self._h.hexdigest()
        return digest

    @classmethod
    def from_hash_name(cls, name: str) -> HashlibAccumulator:
        """The accumulator of an algorithm `hashlib` knows."""
        return cls(hashlib.new(name))


class HashingWriter:
    """A writer that feeds all it writes to a hash."""

    def __init__(
        self, fh: Any, accumulator: HashMethod, *, encoding: str | None = None, errors: str = "strict"
    ) -> None:
        self._fh = fh
        self._accumulator = accumulator
        self._encoding = encoding or getattr(fh, "encoding", None) or "utf-8"
        self._errors = errors

    def result(self) -> str:
        """The hash of what was written."""
        return self._accumulator.result()

    def write(self, data: Any) -> Any:
        """Write text or bytes."""
        raw = data.encode(self._encoding, self._errors) if isinstance(data, str) else data
        self._accumulator.update(memoryview(raw))
        return self._fh.write(data)

    def writelines(self, lines: Iterable[Any]) -> None:
        """Write every line."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fh, name)
