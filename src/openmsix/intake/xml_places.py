"""What may stand where in an XML file, by the names that tags have. Pure."""

from functools import cache, lru_cache

from openmsix.dictionary import dictionary
from openmsix.dictionary.columns import plain, resolve_column
from openmsix.dictionary.xml_names import ROOT, record_tag

TOP = ("header", "students")
"""Record types that stand in the outermost element; all others stand in a student."""


MOST_KEPT = 10_000


class Places:
    """The tags of one dictionary version. As with columns, capitals and signs do not matter."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.records = dictionary(version).records
        self._by_tag = {plain(record_tag(record)): key for key, record in self.records.items()}
        # Every tag of a file asks, and there are few different ones.
        self.record = lru_cache(MOST_KEPT)(self._record)
        self.value = lru_cache(MOST_KEPT)(self._value)

    def _record(self, tag: str) -> str | None:
        """The record type that a tag begins, or None."""
        return self._by_tag.get(plain(tag))

    def _value(self, record: str, tag: str) -> str | None:
        """The element of a record type that a tag holds, or None."""
        return resolve_column(tag, record, self.version)

    @staticmethod
    def is_root(tag: str) -> bool:
        """Whether the outermost element may be called so."""
        return plain(tag) == plain(ROOT)


@cache
def places(version: str) -> Places:
    """The places of a dictionary version."""
    return Places(version)
