"""A submission: receive, parse, check, receipt; and the kept files."""
