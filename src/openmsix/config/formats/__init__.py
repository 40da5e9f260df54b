"""How numbers are written on the pages, where Django's own habit for a language is not that of the United States."""
