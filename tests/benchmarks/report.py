"""The lines of a benchmark and how they are printed and kept."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Line:
    """One hot path: its measure, the limit's measure in the same run, and their ratio."""

    what: str
    measured: str
    limit: str
    ratio: float
    aim: str

    def as_text(self) -> str:
        """The line for a terminal."""
        return f"{self.what}\n    {self.measured}\n    {self.limit}\n    ratio {self.ratio:.2f} (aim: {self.aim})"


def machine() -> str:
    """The machine in a few words: cores, memory, system; no name of its own."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {pages:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def commit() -> str:
    """The commit that was measured."""
    return subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()


def write(lines: list[Line], size: str, database: str) -> Path:
    """Write docs/benchmarks.md."""
    path = ROOT / "docs/benchmarks.md"
    rows = [
        f"| {line.what} | {line.measured} | {line.limit} | {line.ratio:.2f} | {line.aim} |" for line in lines
    ]
    head = (
        "# Benchmarks\n\nWritten by `make bench`. A ratio compares what the exchange does with a limit of the machine measured in the same run.\n\n"
        f"{size}. {machine()}, {database}, commit {commit()}, {datetime.now(UTC):%Y-%m-%d}.\n\n"
        "| hot path | measured | limit in the same run | ratio | aim |\n|---|---|---|---|---|\n"
    )
    path.write_text(head + "\n".join(rows) + "\n")
    return path
