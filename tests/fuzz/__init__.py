"""Fuzzing of the readers, guided by coverage: `python -m tests.fuzz NAME --seconds 600`."""
