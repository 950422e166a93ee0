"""Run cases on one runtime and print their results as JSON: `run_cases.py bundled|real PATTERN|- OUTPUT|-`."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import pathlib
import signal
import sys
import tempfile
import time
import traceback
import warnings
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases"
RUNTIME = HERE.parents[1] / "runtime"
LONGEST_CASE_SECONDS = 60


def case_files(pattern: str = "-") -> list[pathlib.Path]:
    """The case files whose path contains the pattern."""
    found = sorted(CASES.glob("*/*.py"))
    return [path for path in found if pattern in ("-", "") or pattern in str(path.relative_to(CASES))]


def name_of(path: pathlib.Path) -> str:
    """`topic/name`."""
    return f"{path.parent.name}/{path.stem}"


def use(runtime: str) -> None:
    """Make `import flyte` find the runtime, and let it neither log nor wait long between attempts."""
    os.environ["LOG_LEVEL"] = "60"
    os.environ["USER_LOG_LEVEL"] = "60"
    if runtime == "bundled":
        os.environ["FLYTE_MIGRATE_BACKOFF_SCALE"] = "0.02"
        sys.path.insert(0, str(RUNTIME))
        import flyte

        assert str(RUNTIME) in str(flyte.__file__), flyte.__file__
    else:
        import flyte
        from flyte._internal.controllers import _local_controller

        assert str(RUNTIME) not in str(flyte.__file__), flyte.__file__
        _local_controller._MIN_BACKOFF_ON_ERR_SEC = 0.01
    sys.path.insert(0, str(HERE))


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"the case did not end within {LONGEST_CASE_SECONDS} seconds")


def run(path: pathlib.Path) -> dict[str, Any]:
    """The result of one case."""
    module_name = f"case_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    began = time.perf_counter()
    stray_output = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(stray_output):
        os.chdir(folder)
        # A runtime that hangs fails this case, not all cases after it.
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(LONGEST_CASE_SECONDS)
        try:
            spec.loader.exec_module(module)
            value = module.RESULT if hasattr(module, "RESULT") else module.main()
            result = {"value": json.loads(json.dumps(value))}
        except BaseException as error:
            result = {"failed": f"{type(error).__name__}: {error}", "where": traceback.format_exc()}
        finally:
            signal.alarm(0)
            os.chdir(HERE)
    return {**result, "seconds": round(time.perf_counter() - began, 3)}


def main(runtime: str, pattern: str, output: str) -> None:
    """Run the matching cases."""
    warnings.simplefilter("ignore")
    use(runtime)
    results = {name_of(path): run(path) for path in case_files(pattern)}
    text = json.dumps(results, indent=1, sort_keys=True)
    if output == "-":
        print(text)
    else:
        pathlib.Path(output).write_text(text, encoding="utf-8")
    sys.stdout.flush()
    # Both runtimes keep daemon threads; nothing in them is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:4])
