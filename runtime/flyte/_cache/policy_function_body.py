"""The default cache policy: a hash of the function's syntax tree (MAPPING SEM-14)."""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap

from .cache import CachePolicy, VersionParameters


class FunctionBodyPolicy(CachePolicy):
    """Comments and whitespace do not matter; decorators and the docstring do."""

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """The hash of the function's syntax tree and the salt; "" without a function."""
        if params.func is None:
            return ""
        tree = ast.parse(textwrap.dedent(inspect.getsource(params.func)))
        return hashlib.sha256((ast.dump(tree, include_attributes=False) + salt).encode()).hexdigest()
