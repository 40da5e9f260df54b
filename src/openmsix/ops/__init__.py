"""The command line and the worker. A door: it knows argv and holds no domain logic."""
