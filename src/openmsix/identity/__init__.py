"""Who is who: MSIX IDs, links from state records to them, candidate pairs and decisions."""
