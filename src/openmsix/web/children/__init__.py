"""Finding a child and reading its record."""
