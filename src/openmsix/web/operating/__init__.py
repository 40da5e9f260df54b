"""How the exchange runs, for its operator: is anything wrong, what waits, who works, how much room there is."""
