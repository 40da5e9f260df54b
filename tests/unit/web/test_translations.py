"""The Spanish catalog is complete where it must be, and not stale."""

import re

from tests import translations


def test_the_catalog_is_whole_and_fresh() -> None:
    made = translations.catalog()
    assert translations.missing(made) == []
    assert not translations.stale(made)


def test_placeholders_survive_translation() -> None:
    for entry in translations.catalog().translated_entries():
        asked = set(re.findall(r"%\(\w+\)s", entry.msgid + entry.msgid_plural))
        for text in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            assert set(re.findall(r"%\(\w+\)s", text)) == asked, entry.msgid
