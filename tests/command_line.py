"""Running `openmsix` as a person at a terminal does."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from openmsix.ops import cli


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that it printed, as one line."""
        return " ".join((self.out + " " + self.err).split())


class Terminal:
    """Runs commands inside this process, so that they meet the database of the tests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        monkeypatch.setenv("COLUMNS", "200")

    def __call__(self, *words: str | Path) -> Ended:
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", ["openmsix", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        assert isinstance(end.value.code, int)
        return Ended(end.value.code, out, err)


def alone(*words: str | Path, home: Path, **environment: str) -> Ended:
    """Run a command as a process of its own, in an installation of its own."""
    made = subprocess.run(
        [sys.executable, "-m", "openmsix.ops.cli", *map(str, words)],
        env=environment_of(home) | environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert "Traceback" not in made.stdout + made.stderr
    return Ended(made.returncode, made.stdout, made.stderr)


def environment_of(home: Path) -> dict[str, Any]:
    """The environment of an installation that has nothing but its own folder."""
    ours = ("DATABASE_URL", "OPENMSIX_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "OPENMSIX_HOME": str(home),
        "OPENMSIX_TODAY": os.environ["OPENMSIX_TODAY"],
        "COLUMNS": "200",
    }
