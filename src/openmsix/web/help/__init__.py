"""Help, the public pages, and the dictionary to browse."""
