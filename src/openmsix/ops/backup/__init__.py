"""Backups of a whole installation, and bringing one back. See docs/adr/0015-backups.md."""
