"""Changes of MSIX IDs, for the State whose students have them."""
