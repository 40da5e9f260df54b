"""The linkage model in use: the one that was promoted here, else the one that ships with the package."""

from functools import lru_cache
from pathlib import Path

from openmsix.config.home import model_in_use
from openmsix.matching.model import Model
from openmsix.matching.model_file import ModelNotUsable


def in_use() -> Model:
    """The model by which children are linked here. A model promoted while a worker runs is used from its next submission on.

    Raises:
        ModelNotUsable: the promoted model is broken, or was trained on other comparisons than this version of openmsix has; the message says the way out.
    """
    path = model_in_use()
    try:
        written = path.stat().st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return Model.load()
    except OSError as fault:
        raise ModelNotUsable(_way_out(f"{path}: the file cannot be read ({fault.strerror})")) from fault
    return _read(path, written)


@lru_cache(maxsize=2)
def _read(path: Path, _written: int) -> Model:
    try:
        return Model.read(path)
    except ModelNotUsable as fault:
        raise ModelNotUsable(_way_out(str(fault))) from fault


def _way_out(fault: str) -> str:
    return (
        f"The model in use cannot be used: {fault}. Promote a good one with openmsix model promote, or remove that file to go back to the shipped "
        "model."
    )
