"""The script of a shell task as bash: placeholders become variables that a preamble sets from the arguments."""

from __future__ import annotations

import pathlib
import re
import shlex
from typing import Any

from ._types import FlagSpec, Stderr, Stdout, kind_of, without_none

DICT_SEPARATOR = "\x1e"

_PLACEHOLDER = re.compile(r"\{(inputs|flags|outputs)\.([a-zA-Z_][a-zA-Z0-9_]*)\}")
_UNKNOWN_PLACEHOLDER = re.compile(r"\{[a-zA-Z_]\w*\.[a-zA-Z_]\w*\}")
_OF_SEVERAL_WORDS = ("file", "list_file", "dict_str")


class Script:
    """A script being rendered.

    Args:
        inputs: their types, by name.
        outputs: their specifications, by name.
        flags: how each input is written as a flag.
        input_folder: and `output_folder`, in the container.
    """

    def __init__(
        self,
        inputs: dict[str, Any],
        outputs: dict[str, Any],
        flags: dict[str, FlagSpec],
        input_folder: pathlib.Path,
        output_folder: pathlib.Path,
    ) -> None:
        self.preamble: list[str] = []
        self.arguments: list[str] = []
        self._kinds = {name: kind_of(name, annotation) for name, annotation in inputs.items()}
        self._optional = {name for name, annotation in inputs.items() if without_none(annotation)[0]}
        self._outputs = outputs
        self._flags = flags
        self._input_folder = input_folder
        self._output_folder = output_folder
        self._defined: set[str] = set()

    def render(self, text: str) -> str:
        """The script with its preamble.

        Raises:
            KeyError: for an input, flag or output that is not declared.
            ValueError: for another placeholder.
        """
        body = _PLACEHOLDER.sub(self._replacement, text)
        leftover = _UNKNOWN_PLACEHOLDER.search(body)
        if leftover:
            raise ValueError(
                f"Unrecognized placeholder in script: {leftover.group(0)}. "
                "Use {inputs.<name>}, {flags.<name>}, or {outputs.<name>}."
            )
        return "\n".join([*self.preamble, body])

    def _replacement(self, match: re.Match[str]) -> str:
        return {"inputs": self._input, "flags": self._flag, "outputs": self._output}[match.group(1)](match.group(2))

    def _value(self, name: str) -> str:
        """The variable that holds the argument of an input."""
        variable = f"_VAL_{name}"
        if variable not in self._defined:
            self._defined.add(variable)
            self.arguments.append(f"{{{{.inputs.{name}}}}}")
            self.preamble.append(f'{variable}="${{{len(self.arguments)}}}"')
        return variable

    def _pairs(self, name: str) -> str:
        """The array of the keys and values of a dictionary."""
        value, array = self._value(name), f"_ARR_{name}"
        if array not in self._defined:
            self._defined.add(array)
            read = f"IFS=$'\\x1e' read -ra {array} <<< \"${{{value}}}\""
            self.preamble.append(f'{array}=(); if [ -n "${{{value}}}" ]; then {read}; fi')
        return array

    def _input(self, name: str) -> str:
        kind = self._kinds.get(name)
        if kind is None:
            raise KeyError(f"{{inputs.{name}}} used in script but {name!r} is not declared in inputs.")
        if kind == "dir":
            return str(self._input_folder / name)
        if kind in ("file", "list_file"):
            return f"{self._input_folder / name}/*"
        if kind == "dict_str":
            return f'"${{{self._pairs(name)}[@]}}"'
        return f'"${{{self._value(name)}}}"'

    def _output(self, name: str) -> str:
        if name not in self._outputs:
            raise KeyError(f"{{outputs.{name}}} references an unknown output. Declared outputs: {list(self._outputs)}")
        if isinstance(self._outputs[name], (Stdout, Stderr)):
            raise KeyError(
                f"{{outputs.{name}}} is not valid for Stdout/Stderr collectors — the wrapper redirects the script's "
                "stream to the canonical path directly, so you don't (and shouldn't) write to it from your script."
            )
        return str(self._output_folder / name)

    def _flag(self, name: str) -> str:
        if name not in self._flags:
            raise KeyError(
                f"{{flags.{name}}} used in script but {name!r} is not in inputs. "
                "Did you forget to declare it or did you misspell?"
            )
        variable = f"_FLAG_{name}"
        if variable not in self._defined:
            self._defined.add(variable)
            line = self._flag_line(name, variable)
            self.preamble.append(line)
        return f'"${{{variable}[@]}}"' if self._kinds[name] in _OF_SEVERAL_WORDS else f"${{{variable}}}"

    def _flag_line(self, name: str, variable: str) -> str:
        """The line that sets the variable of a flag: empty when the input is absent or false."""
        spec, kind = self._flags[name], self._kinds[name]
        flag, prefix = shlex.quote(spec.flag), shlex.quote(spec.flag + spec.separator)
        folder = self._input_folder / name
        if kind == "bool":
            return f'if [ "${{{self._value(name)}}}" = "true" ]; then {variable}={flag}; else {variable}=""; fi'
        if kind == "scalar":
            value = self._value(name)
            return f'if [ -n "${{{value}}}" ]; then {variable}={prefix}"${{{value}}}"; else {variable}=""; fi'
        if kind == "dir":
            assignment = f"{variable}={shlex.quote(f'{spec.flag}{spec.separator}{folder}')}"
            if name not in self._optional:
                return assignment
            quoted = shlex.quote(str(folder))
            present = f'[ -d {quoted} ] && [ -n "$(ls -A {quoted} 2>/dev/null)" ]'
            return f'if {present}; then {assignment}; else {variable}=""; fi'
        if kind == "dict_str":
            array = self._pairs(name)
            if spec.dict_mode == "pairs":
                return f'{variable}=("${{{array}[@]}}")'
            pair = f'"${{{array}[_i]}}=${{{array}[_i+1]}}"'
            return f"{variable}=(); for ((_i=0; _i<${{#{array}[@]}}; _i+=2)); do {variable}+=({flag}{pair}); done"
        return _files_flag_line(spec, flag, variable, folder)


def _files_flag_line(spec: FlagSpec, flag: str, variable: str, folder: pathlib.Path) -> str:
    def each_file(action: str) -> str:
        return f"shopt -s nullglob; for _f in {folder}/*; do {action}; done; shopt -u nullglob"

    if spec.list_mode == "join":
        collect = each_file(f'{variable}+=("$_f")')
        put_flag = f'if [ "${{#{variable}[@]}}" -gt 0 ]; then {variable}=({flag} "${{{variable}[@]}}"); fi'
        return f"{variable}=(); {collect}; {put_flag}"
    if spec.list_mode == "repeat":
        return f"{variable}=(); " + each_file(f'{variable}+=({flag} "$_f")')
    joined = each_file('_joined="${_joined}${_joined:+,}$_f"')
    return f'_joined=""; {joined}; {variable}=(); if [ -n "$_joined" ]; then {variable}=({flag} "$_joined"); fi'
