"""Whatever is killed, and whenever: each submission ends once, as if nothing had happened. Every process is a real one; see `killing`.

`OPENMSIX_KILLS=200` kills so often, `OPENMSIX_SEED` repeats a run.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import environment_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
A_MONTH_LATER = "2026-12-23"  # than the first files of the story


def test_processes_killed_at_moments_drawn_by_chance_lose_nothing_and_do_nothing_twice(
    tmp_path: Path,
) -> None:
    kills = os.environ.get("OPENMSIX_KILLS", "5")
    seed = os.environ.get("OPENMSIX_SEED", str(random.SystemRandom().randrange(10**6)))
    made = subprocess.run(
        [sys.executable, "-m", "tests.integration.killing", kills, seed],
        cwd=ROOT,
        env=environment_of(tmp_path) | {"OPENMSIX_TODAY": A_MONTH_LATER},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, f"{made.stdout}\n{made.stderr[-5000:]}"
    print(made.stdout)
    assert f"seed {seed}" in made.stdout
