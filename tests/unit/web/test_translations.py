"""The Spanish catalog is complete where it must be, and not stale."""

import re

from tests import translations

PLACEHOLDER = re.compile(r"%\(\w+\)s")


def test_the_catalog_is_whole_and_fresh() -> None:
    made = translations.catalog()
    assert translations.missing(made) == []
    assert not translations.stale(made)


def test_placeholders_survive_translation() -> None:
    for entry in translations.catalog().translated_entries():
        pairs = [(entry.msgid, entry.msgstr)]
        if entry.msgid_plural:
            pairs = list(zip((entry.msgid, entry.msgid_plural), entry.msgstr_plural.values(), strict=True))
        for english, spanish in pairs:
            assert set(PLACEHOLDER.findall(spanish)) == set(PLACEHOLDER.findall(english)), english
