"""Run the benchmarks: `make bench`, or `python -m tests.benchmarks --children 100000 --write`.

Each line is a ratio of what the exchange does to a limit of the machine measured in the same run: raw COPY, a bare read, an empty page.
Absolute times differ between machines and hours; the ratios are what is kept, in docs/benchmarks.md, with machine and commit.
"""

import argparse
import os
import tempfile
from pathlib import Path

parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
parser.add_argument("--children", type=int, default=100_000, help="size of the made-up nation")
parser.add_argument("--states", type=int, default=8)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument(
    "--keep", type=Path, help="work in this folder and leave it there; a second run goes on with it"
)
parser.add_argument(
    "--parts",
    default="",
    help="only these, with commas between: formats,intake,again,linking,arrivals,api,delta,pages",
)
parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")


def main() -> None:
    """Make a fresh installation, load it, measure, print."""
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="openmsix-bench.", dir="/tmp") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        os.environ["OPENMSIX_HOME"] = str(folder / "home")
        from tests.benchmarks import bench

        parts = tuple(options.parts.split(",")) if options.parts else bench.PARTS
        bench.run(
            folder,
            children=options.children,
            states=options.states,
            seed=options.seed,
            write=options.write,
            parts=parts,
        )


if __name__ == "__main__":
    main()
