"""Signing in, choosing a hat, the own account."""
