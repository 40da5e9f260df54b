"""Every data element, code set, record type and file layout, declared once, by version."""

from openmsix.dictionary.versions import VERSIONS, dictionary

__all__ = ["VERSIONS", "dictionary"]
