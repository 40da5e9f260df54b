"""Numbers for Prometheus: `declared` names them, `tallies` keeps what workers count, `told` writes them out."""
