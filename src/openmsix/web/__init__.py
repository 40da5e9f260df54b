"""The pages. A door: it knows HTTP and holds no domain logic."""
