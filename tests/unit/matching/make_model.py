"""Make the shipped model anew, from made-up people: `python -m tests.unit.matching.make_model`.

To be run whenever the features or comparisons change, and followed by the tests.
"""

import json
from pathlib import Path

import openmsix.matching
from openmsix.matching.train import calibrated, train
from tests.unit.matching.people import records

CHILDREN = 50_000
TRAINED_ON, HELD_OUT = 11, (12, 13)


def main() -> None:
    """Write `matching/models/current.json`."""
    content = train(records(CHILDREN, TRAINED_ON), version="2026.11.1", seed=TRAINED_ON)
    content["training"]["people"] = "made up: double surnames, families, twins, errors of States (tests)"
    final = calibrated(content, {f"seed {seed}": records(CHILDREN, seed) for seed in HELD_OUT})
    path = Path(openmsix.matching.__file__).parent / "models" / "current.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(final, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(final["training"], indent=1), final["same_above"], path.stat().st_size)


if __name__ == "__main__":
    main()
