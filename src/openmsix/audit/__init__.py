"""Append-only events and disclosures, chained by a sealer after commit.

Holds plain ids, no foreign keys outward.
"""
