"""The commands of `openmsix`, one file for each journey of an operator."""
