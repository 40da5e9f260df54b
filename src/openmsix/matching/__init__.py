"""The linkage model: prepare, block, compare, and a verdict with its reasons. Pure: no Django, no database."""
