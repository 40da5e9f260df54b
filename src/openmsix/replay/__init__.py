"""Replay: everything is put back from the kept files and the journal, and held against what is there. See docs/adr/0014-replay.md."""
