"""openmsix: an open implementation of the U.S. Migrant Student Information Exchange."""
