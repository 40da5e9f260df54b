"""Journeys of real people through the running site, in a real browser. Each step is given, when or then."""
