"""The linkage model: prepare, block, compare, and a verdict with its reasons. Pure: no database."""
