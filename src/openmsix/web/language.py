"""The language of the page, and the words that pages and prints share in it."""

from datetime import date

from django.utils.translation import get_language

from openmsix.dictionary.labels import Language
from openmsix.interop.prints.phrases import PHRASES, Phrases


def language() -> Language:
    """The language of the page."""
    return "es" if (get_language() or "en").startswith("es") else "en"


def phrases() -> Phrases:
    """The words that pages and prints share, in the language of the page."""
    return PHRASES[language()]


def day(value: date) -> str:
    """A date in words: 12 Mar 2014."""
    return phrases().day_in_words(value)
