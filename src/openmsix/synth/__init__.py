"""Made-up families and their moves, written as State files with the truth beside them. Pure."""
