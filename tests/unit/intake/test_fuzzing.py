"""The readers under any input: what fuzzing ever found, and a short run of each target. `python -m tests.fuzz NAME` runs longer."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, seeds

FOUND = Path(__file__).parents[2] / "fuzz" / "found"
SECONDS = 5


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_once_is_read_since(name: str) -> None:
    for data in seeds(name):
        TARGETS[name](data)
    for path in sorted((FOUND / name).glob("*-*")):
        TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_raises_hangs_or_fills_the_memory(name: str) -> None:
    command = [sys.executable, "-m", "tests.fuzz", name, "--seconds", str(SECONDS), "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
