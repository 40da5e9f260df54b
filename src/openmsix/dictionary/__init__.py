"""Every data element, code set, record type and file layout, declared once, by version."""
