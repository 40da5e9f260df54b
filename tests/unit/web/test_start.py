"""The pages are loaded before the first request, so that what is broken is told at the start and not by 500 to everybody."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_server_whose_pages_cannot_be_loaded_ends_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "requests.py").write_text(
        "raise ModuleNotFoundError('this one is missing')"
    )  # only pages import it
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
        "DATABASE_URL": "postgresql://nobody@localhost/never-opened",
        "OPENMSIX_HOME": str(tmp_path),
    }
    starting = subprocess.run(
        [sys.executable, "-c", "import openmsix.config.wsgi"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert starting.returncode == 1
    assert "openmsix/api/" in starting.stderr
    assert "ModuleNotFoundError" in starting.stderr
