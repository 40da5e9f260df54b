"""Asking that what was sent in error is expunged, deciding it, and what stays of it."""
