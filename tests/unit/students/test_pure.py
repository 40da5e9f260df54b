"""What takes plain data and returns plain data runs without Django and without a database."""

import subprocess
import sys

import pytest

PURE = (
    "agreement", "compare", "consolidate", "credits", "entries", "facts", "question", "rank", "record", "vocabulary", "words",
)  # fmt: skip


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_do_not_load_django(module: str) -> None:
    program = f"import sys, openmsix.students.{module}; sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
