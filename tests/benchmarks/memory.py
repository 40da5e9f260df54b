"""How much memory it takes to place all records at once: in a process of its own, that holds nothing else.

python -m tests.benchmarks.memory prepared.parquet
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

MEGABYTE = 1024  # what the system counts in


def of_placing(prepared: pl.DataFrame) -> int:
    """Megabytes at most while these prepared records are placed."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "prepared.parquet"
        prepared.write_parquet(file)
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.memory", str(file)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    return int(done.stdout)


def main() -> None:
    """Place the records of a Parquet file, and print the megabytes that took at most."""
    from openmsix.matching.batch import placed_at_once
    from openmsix.matching.model import Model

    placed_at_once(pl.read_parquet(sys.argv[1]), Model.load())
    print(most_held())


def most_held() -> int:
    """Megabytes that this process held at most. Not what `getrusage` says: that is never less than what the process held by which this one was started."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [kilobytes] = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kilobytes) // MEGABYTE


if __name__ == "__main__":
    main()
