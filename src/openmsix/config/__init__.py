"""Settings, addresses and the embedded PostgreSQL. Nothing in the house imports this package."""
