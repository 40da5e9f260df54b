"""What we show: the consolidated record, derived from records and identity, and the search over it."""
