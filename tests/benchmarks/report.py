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


HEAD = (
    "# Benchmarks",
    "Written by `make bench`. A ratio compares what the exchange does with a limit of the machine measured in the same run.",
)
COLUMNS = ("hot path", "measured", "limit in the same run", "ratio", "aim", "commit and day")
TABLE = (f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|")


def write(lines: list[Line], size: str, database: str) -> Path:
    """Write docs/benchmarks.md anew: what was measured at this size takes the place of what was measured before, all else stays."""
    path = ROOT / "docs/benchmarks.md"
    sections = _sections(path.read_text()) if path.exists() else {}
    rows = sections.setdefault(f"{size}. {machine()}, {database}", {})
    when = f"{commit()}, {datetime.now(UTC):%Y-%m-%d}"
    for line in lines:
        cells = (line.what, line.measured, line.limit, f"{line.ratio:.2f}", line.aim, when)
        rows[line.what] = f"| {' | '.join(cells)} |"
    told = [
        "\n".join((f"## {heading}", "", *TABLE, *sections[heading].values()))
        for heading in sorted(sections, key=_children)
    ]
    path.write_text("\n\n".join((*HEAD, *told)) + "\n")
    return path


def _sections(text: str) -> dict[str, dict[str, str]]:
    """What the file tells: heading -> hot path -> row."""
    found: dict[str, dict[str, str]] = {}
    for section in text.split("\n## ")[1:]:
        heading, *lines = section.splitlines()
        rows = [line for line in lines if line.startswith("| ") and line not in TABLE]
        found[heading] = {row.split(" | ")[0].removeprefix("| "): row for row in rows}
    return found


def _children(heading: str) -> int:
    """How many children a section is about."""
    return int(heading.split()[0].replace(",", ""))
