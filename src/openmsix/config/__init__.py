"""Settings, addresses and the database servers. No room imports this package; the doors that start the house do."""
