"""``python launch.py JOB.json`` runs a job, ``--serve`` many; first it loads this folder as a private package."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

PACKAGE = "_flyte_migrate_program"


def _load() -> None:
    folder = os.path.dirname(os.path.abspath(__file__))
    # The folder of a script is put on the path, where our module names would hide the user's.
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != folder]
    place = os.path.join(folder, "__init__.py")
    spec = importlib.util.spec_from_file_location(PACKAGE, place, submodule_search_locations=[folder])
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    _load()
    if sys.argv[1] == "--serve":
        importlib.import_module(f"{PACKAGE}.serve").serve()
    else:
        importlib.import_module(f"{PACKAGE}.main").main(sys.argv[1])
