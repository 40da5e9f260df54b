"""The consolidated record in other shapes: print, JSON, tables."""
