"""Removing a child or a submission that was sent in error: asked by one person, approved by another. See docs/adr/0016-expunging.md."""
