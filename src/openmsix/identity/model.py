"""The linkage model in use: the one that was promoted here, else the one that ships with the package."""

import json
from functools import lru_cache
from pathlib import Path

from openmsix.config.home import model_in_use
from openmsix.matching.model import Model


def in_use() -> Model:
    """The model by which children are linked here. A model promoted while a worker runs is used from its next submission on.

    Raises:
        ModelMismatch: the promoted model was trained on other comparisons than this version of openmsix has.
    """
    path = model_in_use()
    try:
        written = path.stat().st_mtime_ns
    except FileNotFoundError:
        return Model.load()
    return _read(path, written)


@lru_cache(maxsize=2)
def _read(path: Path, _written: int) -> Model:
    return Model.from_dict(json.loads(path.read_text(encoding="utf-8")))
