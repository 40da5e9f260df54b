"""Django's PostgreSQL backend, with the State context told at the start of every transaction."""
