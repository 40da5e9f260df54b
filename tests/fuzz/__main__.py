"""Fuzz one reader: `python -m tests.fuzz NAME --seconds 600`. What it finds is kept under `tests/fuzz/found/NAME`."""

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["openmsix.intake", "openmsix.dictionary.columns", "json", "csv", "zipfile"]
):
    from tests.fuzz.targets import TARGETS, seeds

FOUND = Path(__file__).parent / "found"
LONGEST_INPUT = 60_000
LONGEST_RUN = 30  # seconds for one input
MOST_MEMORY = 2_000  # MB


def main() -> None:
    """Fuzz until the time is over; ends with another code than 0 if an input raised, hung or took too much memory."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz one of the readers")
    parser.add_argument("name", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument(
        "--seed", type=int, default=0, help="the same seed draws the same inputs; 0 draws anew"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(seeds(asked.name)):
            (Path(corpus) / str(number)).write_bytes(data)
        kept = FOUND / asked.name
        kept.mkdir(parents=True, exist_ok=True)
        options = {
            "max_total_time": asked.seconds,
            "seed": asked.seed,
            "max_len": LONGEST_INPUT,
            "timeout": LONGEST_RUN,
            "report_slow_units": LONGEST_RUN,
            "rss_limit_mb": MOST_MEMORY,
            "artifact_prefix": f"{kept}/",
        }
        flags = [f"-{name}={value}" for name, value in options.items()]
        atheris.Setup([sys.argv[0], corpus, str(kept), *flags], TARGETS[asked.name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
