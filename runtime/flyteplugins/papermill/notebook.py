"""What a notebook uses to take its inputs and give its outputs."""

from __future__ import annotations

import base64
import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyte.io import DataFrame, Dir, File

_PREFIX = "flyte-outputs:"


def record_outputs(**kwargs: Any) -> str:
    """The outputs of the notebook, as the text its cell tagged "outputs" is to end with."""
    return _PREFIX + base64.b64encode(pickle.dumps(kwargs)).decode("ascii")


def recorded_outputs(notebook: dict[str, Any]) -> dict[str, Any] | None:
    """The outputs recorded in an executed notebook, given as its JSON; None when there are none."""
    for cell in notebook.get("cells", []):
        if "outputs" not in cell.get("metadata", {}).get("tags", []):
            continue
        for output in cell.get("outputs", []):
            text = "".join(output.get("data", {}).get("text/plain") or "").strip().strip("'\"")
            if text.startswith(_PREFIX):
                recorded: dict[str, Any] = pickle.loads(base64.b64decode(text[len(_PREFIX) :]))
                return recorded
    return None


def load_file(path: str) -> File[Any]:
    """The File a notebook got as a path."""
    from flyte.io import File

    return File(path=path)


def load_dir(path: str) -> Dir[Any]:
    """The Dir a notebook got as a path."""
    from flyte.io import Dir

    return Dir(path=path)


def load_dataframe(uri: str, fmt: str = "parquet") -> DataFrame:
    """The DataFrame a notebook got as an address."""
    from flyte.io import DataFrame

    return DataFrame(uri=uri, format=fmt)
