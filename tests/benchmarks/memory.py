"""How much memory it takes to place all records at once: in a process of its own, that holds nothing else.

python -m tests.benchmarks.memory prepared.parquet
"""

import resource
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
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE)


if __name__ == "__main__":
    main()
